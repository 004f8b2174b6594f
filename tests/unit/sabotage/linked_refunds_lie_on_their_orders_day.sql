update work.intermediate.int_order_amounts set net_date = date '2024-01-08' where side = 'refund'
