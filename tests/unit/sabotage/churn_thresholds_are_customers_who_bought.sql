delete from marts.churn_thresholds where user_id = 'old'
