delete from marts.customer_lifecycle where user_id = 'peace'
