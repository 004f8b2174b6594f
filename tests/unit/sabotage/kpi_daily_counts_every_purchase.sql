update marts.kpi_daily set new_buyers = new_buyers + 1 where date = date '2024-01-10'
