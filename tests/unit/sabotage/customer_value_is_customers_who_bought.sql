update marts.customer_value set days_to_last_purchase = days_to_last_purchase + 1 where user_id = 'ann'
