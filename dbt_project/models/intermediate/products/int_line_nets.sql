-- one row per order line that counts, of anybody but staff, signed so that an order's lines add up to the order
with lines as (

    -- a condition beside the equality would make the join below compare every line with every refund
    select
        *,
        case when status = 'refund' then order_id end as refund_order_id
    from {{ ref("stg_order_lines") }}
    where status in ('completed', 'refund')

),

-- an order gives back the absolute sum of its refund lines, so they all turn their sign or none does
refunds as (

    select
        refund_order_id,
        case when sum(line_value) > 0 then -1 else 1 end as value_sign,
        case when sum(quantity) > 0 then -1 else 1 end as quantity_sign
    from lines
    where refund_order_id is not null
    group by refund_order_id

),

orders as (

    select order_id, user_id, order_date
    from {{ ref("int_orders") }}
    where
        feed = 'order_lines'
        and order_id not in (select order_id from {{ ref("int_order_faults") }})

),

staff as (

    select user_id
    from {{ ref("stg_users") }}
    where is_staff

),

final as (

    select
        lines.order_id,
        orders.user_id,
        orders.order_date,
        lines.sku,
        lines.product_name,
        lines.category,
        lines.status as side,
        cast(lines.quantity * coalesce(refunds.quantity_sign, 1) as decimal(18, 4)) as net_quantity,
        cast(lines.line_value * coalesce(refunds.value_sign, 1) as decimal(28, 8)) as net_value,
        lines.coupon is not null as has_coupon,
        case
            when lines.list_price > 0 and lines.quantity > 0 then lines.line_value < lines.list_price * lines.quantity
        end as is_below_list_price
    from lines
    inner join orders on lines.order_id = orders.order_id
    left join refunds on lines.refund_order_id = refunds.refund_order_id
    left join staff on orders.user_id = staff.user_id
    where staff.user_id is null

)

select * from final
