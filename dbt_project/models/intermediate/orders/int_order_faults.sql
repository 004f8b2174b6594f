-- one row per order that breaks a rule only visible beside other rows; such an order counts nowhere
with recursive suspects as (

    select *
    from {{ ref("int_orders") }}
    where has_two_users or refund_of_order_id is not null

),

judged as (

    select
        suspects.feed,
        suspects.order_id,
        suspects.source_file,
        suspects.source_row,
        suspects.order_date,
        suspects.refund_of_order_id,
        case
            when suspects.has_two_users then 'order_of_two_users'
            when suspects.has_two_refund_targets then 'refund_of_several_orders'
            when not targets.is_counted or targets.has_two_users then 'refund_of_uncounted_order'
            when suspects.user_id <> targets.user_id then 'refund_of_other_user'
        end as reason_code,
        case when suspects.has_two_users then 'user_id' else 'refund_of_order_id' end as column_name
    from suspects
    left join {{ ref("int_orders") }} as targets on suspects.refund_of_order_id = targets.order_id

),

-- what refunds such an order names one that does not count, and so on along a chain of refunds; an order names one
-- other, so that the chain through orders without a fault of their own comes by each of them once
faulty (order_id) as (

    select order_id from judged where reason_code is not null
    union all
    select judged.order_id
    from judged
    inner join faulty on judged.refund_of_order_id = faulty.order_id
    where judged.reason_code is null

),

final as (

    select
        judged.feed,
        judged.order_id,
        judged.source_file,
        judged.source_row,
        judged.order_date,
        coalesce(judged.reason_code, 'refund_of_uncounted_order') as reason_code,
        judged.column_name
    from judged
    inner join faulty on judged.order_id = faulty.order_id

)

select * from final
