update marts.customer_tags set category = 'cold_start_layer' where user_id = 'ann' and category = 'preferred_weekday'
