update policy.cohort_sources set prefix = null where cohort_source = 'first_purchase'
