delete from marts.customer_tags where user_id = 'visitor' and category = 'fan_level'
