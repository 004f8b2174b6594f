-- one row per order that breaks a rule only visible beside other rows; such an order counts nowhere
with orders as (

    select * from {{ ref("int_orders") }}

),

refunds as (

    select
        refunds.order_id,
        targets.order_id is not null as is_known,
        targets.is_counted and not targets.has_two_users as is_target_counted,
        coalesce(refunds.user_id <> targets.user_id, false) as is_other_user
    from orders as refunds
    left join orders as targets on refunds.refund_of_order_id = targets.order_id
    where refunds.refund_of_order_id is not null

),

judged as (

    select
        orders.feed,
        orders.order_id,
        orders.source_file,
        orders.source_row,
        orders.order_date,
        case
            when orders.has_two_users then 'order_of_two_users'
            when orders.has_two_refund_targets then 'refund_of_several_orders'
            when refunds.is_known and not refunds.is_target_counted then 'refund_of_uncounted_order'
            when refunds.is_known and refunds.is_other_user then 'refund_of_other_user'
        end as reason_code,
        case when orders.has_two_users then 'user_id' else 'refund_of_order_id' end as column_name
    from orders
    left join refunds on orders.order_id = refunds.order_id

),

final as (

    select *
    from judged
    where reason_code is not null

)

select * from final
