update marts.customer_rfm set f_score = 2 where user_id = 'stub'
