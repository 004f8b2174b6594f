-- one row per order, from either order feed: what was bought and what was given back, in cents, rounded once
with single_orders as (

    select
        'orders' as feed,
        order_id,
        user_id,
        ordered_at,
        order_date,
        channel,
        status in ('completed', 'refund') as is_counted,
        status = 'completed' as has_completed,
        case when status = 'completed' then amount else 0 end as completed_value,
        case when status = 'refund' then abs(amount) else 0 end as refund_value,
        case when status = 'refund' then refund_of_order_id end as refund_of_order_id,
        false as has_two_refund_targets,
        has_two_users,
        source_file,
        source_row
    from {{ ref("stg_orders") }}

),

orders_of_lines as (

    select
        'order_lines' as feed,
        order_id,
        max({{ by_bytes("user_id") }}) as user_id,
        min(ordered_at) as ordered_at,
        min(order_date) as order_date,
        cast(null as {{ dbt.type_string() }}) as channel,
        max(case when status in ('completed', 'refund') then 1 else 0 end) = 1 as is_counted,
        max(case when status = 'completed' then 1 else 0 end) = 1 as has_completed,
        coalesce(sum(case when status = 'completed' then line_value end), 0) as completed_value,
        abs(coalesce(sum(case when status = 'refund' then line_value end), 0)) as refund_value,
        max({{ by_bytes("case when status = 'refund' then refund_of_order_id end") }}) as refund_of_order_id,
        coalesce(
            min(case when status = 'refund' then refund_of_order_id end)
            <> max(case when status = 'refund' then refund_of_order_id end), false
        ) as has_two_refund_targets,
        coalesce(min(user_id) <> max(user_id), false) as has_two_users,
        max({{ by_bytes("source_file") }}) as source_file,
        min(source_row) as source_row
    from {{ ref("stg_order_lines") }}
    group by order_id

),

-- each feed in its own types: the 128-bit decimals that lines need would double the time of single orders
valued as (

    {% for feed in ("single_orders", "orders_of_lines") %}
        select
            *,
            cast(round(completed_value, 2) as decimal(18, 2)) as completed_amount,
            cast(round(completed_value - refund_value, 2) as decimal(18, 2)) as amount
        from {{ feed }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

final as (

    select
        feed,
        order_id,
        user_id,
        ordered_at,
        order_date,
        channel,
        is_counted,
        has_completed,
        amount,
        completed_amount,
        cast(completed_amount - amount as decimal(18, 2)) as refund_amount,
        refund_of_order_id,
        has_two_users,
        has_two_refund_targets,
        source_file,
        source_row
    from valued

)

select * from final
