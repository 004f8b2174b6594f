-- one row per customer who ever did anything: an order of any status, a community event that counts (policy) or a
-- survey answer
with orders as (

    select
        user_id,
        min(order_date) as first_date,
        max(order_date) as last_date
    from {{ ref("int_orders") }}
    where not has_two_users
    group by user_id

),

events as (

    select
        events.user_id,
        cast(min(events.occurred_at) as date) as first_date,
        cast(max(events.occurred_at) as date) as last_date
    from {{ ref("stg_community_events") }} as events
    inner join {{ ref("activity_events") }} as counting on events.event_type = counting.event_type
    group by events.user_id

),

answers as (

    select
        user_id,
        cast(min(answered_at) as date) as first_date,
        cast(max(answered_at) as date) as last_date
    from {{ ref("stg_surveys") }}
    group by user_id

),

activities as (

    select * from orders
    union all
    select * from events
    union all
    select * from answers

),

final as (

    select
        activities.user_id,
        min(activities.first_date) as first_active_date,
        max(activities.last_date) as last_active_date
    from activities
    inner join {{ ref("int_customers") }} as customers on activities.user_id = customers.user_id
    group by activities.user_id

)

select * from final
