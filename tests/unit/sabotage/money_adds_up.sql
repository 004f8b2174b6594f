update marts.customers set lifetime_monetary = lifetime_monetary + 0.01 where user_id = 'ann'
