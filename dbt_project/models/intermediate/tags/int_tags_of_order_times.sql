-- one row per customer and habit of time: the hour and the weekday of most of the orders, of several the earliest
with orders as (

    select orders.user_id, orders.ordered_at, orders.order_date
    from {{ ref("int_orders") }} as orders
    inner join {{ ref("int_customers") }} as customers on orders.user_id = customers.user_id
    where
        orders.is_counted and orders.completed_amount > 0
        and orders.order_id not in (select order_id from {{ ref("int_order_faults") }})

),

slots as (

    -- an order at midnight sharp carries a date, not a time
    select user_id, 'preferred_hour' as category, cast(extract(hour from ordered_at) as integer) as slot
    from orders
    where ordered_at <> cast(order_date as timestamp)

    union all

    -- 1900-01-01 was a Monday
    select
        user_id,
        'preferred_weekday' as category,
        cast({{ days_between("cast('1900-01-01' as date)", "order_date") }} % 7 + 1 as integer) as slot
    from orders

),

counted as (

    select user_id, category, slot, count(*) as orders
    from slots
    group by user_id, category, slot

),

ranked as (

    select
        user_id,
        category,
        slot,
        case when category = 'preferred_weekday' then slot end as weekday_number,
        row_number() over (partition by user_id, category order by orders desc, slot asc) as place,
        sum(orders) over (partition by user_id, category) as orders
    from counted

),

final as (

    select
        ranked.user_id,
        ranked.category,
        coalesce(weekdays.weekday, lpad(cast(ranked.slot as {{ dbt.type_string() }}), 2, '0')) as value,
        weekdays.label_en,
        weekdays.label_zh,
        'orders' as source
    from ranked
    left join {{ ref("weekdays") }} as weekdays on ranked.weekday_number = weekdays.weekday_number
    where ranked.place = 1 and ranked.orders >= {{ policy("habit_min_orders") }}

)

select * from final
