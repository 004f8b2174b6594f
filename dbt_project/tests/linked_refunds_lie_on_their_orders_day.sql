-- what was given back of a known order counts on that order's day, of another one on its own
select
    amounts.order_id,
    amounts.net_date,
    coalesce(targets.order_date, refunds.order_date) as right_date
from {{ ref("int_order_amounts") }} as amounts
inner join {{ ref("int_orders") }} as refunds on amounts.order_id = refunds.order_id
left join {{ ref("int_orders") }} as targets on refunds.refund_of_order_id = targets.order_id
where amounts.side = 'refund' and amounts.net_date <> coalesce(targets.order_date, refunds.order_date)
