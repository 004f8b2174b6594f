update marts.product_roles set is_hit = true where sku = 'cup'
