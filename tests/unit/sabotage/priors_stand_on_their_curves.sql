update marts.churn_thresholds set prior_source = 'all' where user_id = 'stub'
