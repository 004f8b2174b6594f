delete from policy.rfm_percentiles where metric = 'recency' and percentile = 20
