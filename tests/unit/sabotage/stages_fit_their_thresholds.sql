update marts.customer_lifecycle set stage = 'churned' where user_id = 'old'
