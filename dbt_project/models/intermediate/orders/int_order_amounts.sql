-- one row per counted order and side of it: what was bought on the order's day, and what was given back on
-- the day, and in the channel, of the order that it refunds, or on its own day where that order is unknown
with orders as (

    select *
    from {{ ref("int_orders") }}
    where order_id not in (select order_id from {{ ref("int_order_faults") }})

),

bought as (

    select
        order_id,
        user_id,
        ordered_at,
        order_date as net_date,
        channel,
        'completed' as side,
        completed_amount as amount
    from orders
    where is_counted and has_completed

),

given_back as (

    select
        orders.order_id,
        orders.user_id,
        orders.ordered_at,
        coalesce(targets.order_date, orders.order_date) as net_date,
        case when targets.order_id is null then orders.channel else targets.channel end as channel,
        'refund' as side,
        cast(-orders.refund_amount as decimal(18, 2)) as amount
    from orders
    left join orders as targets on orders.refund_of_order_id = targets.order_id
    where orders.is_counted and orders.refund_amount <> 0

),

final as (

    select * from bought
    union all
    select * from given_back

)

select * from final
