update marts.product_roles set net_revenue = net_revenue + 1 where sku = 'cup'
