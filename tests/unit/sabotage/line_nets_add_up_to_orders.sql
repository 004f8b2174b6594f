update work.intermediate.int_line_nets set net_value = net_value + 1 where order_id = '2'
