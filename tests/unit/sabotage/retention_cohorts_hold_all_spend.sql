update marts.retention_cohorts set net_revenue = net_revenue - 0.01 where months_since = 0
