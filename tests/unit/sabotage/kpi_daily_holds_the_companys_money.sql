update marts.kpi_daily set gmv_net = gmv_net + 0.01 where date = date '2024-01-10'
