delete from marts.customers where user_id = 'visitor'
