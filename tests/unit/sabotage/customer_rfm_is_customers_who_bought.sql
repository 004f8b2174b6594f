update marts.customer_rfm set recency_days = 1 where user_id = 'old'
