-- an order's lines add up to the order, which was rounded once, to cents
select
    orders.order_id,
    orders.amount,
    sum(lines.net_value) as net_value
from {{ ref("int_orders") }} as orders
inner join {{ ref("int_line_nets") }} as lines on orders.order_id = lines.order_id
group by orders.order_id, orders.amount
having abs(orders.amount - sum(lines.net_value)) > 0.005
