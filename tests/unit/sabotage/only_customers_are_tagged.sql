update marts.customer_tags set user_id = 'nobody' where user_id = 'stub'
