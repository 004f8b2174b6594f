-- one row per customer without a purchase who answered or was active, and layer: the points that signals give it
with prospects as (

    select customers.user_id
    from {{ ref("int_customers") }} as customers
    left join {{ ref("int_customer_totals") }} as totals on customers.user_id = totals.user_id
    where coalesce(totals.lifetime_purchases, 0) = 0

),

signals as (

    select
        user_id,
        'survey' as signal,
        {{ lower_case("question") }} as name,
        {{ lower_case("answer") }} as answer,
        1 as times
    from {{ ref("stg_surveys") }}
    where answer is not null

    union all

    select user_id, 'event' as signal, event_type as name, null as answer, count(*) as times
    from {{ ref("int_community_activity") }}
    where is_engagement
    group by user_id, event_type

),

heard as (

    select signals.*
    from signals
    inner join prospects on signals.user_id = prospects.user_id

),

people as (

    select
        user_id,
        max(case when signal = 'survey' then 1 else 0 end) = 1 as has_answered
    from heard
    group by user_id

),

points as (

    select
        heard.user_id,
        policy.layer,
        sum(policy.points * heard.times) as points
    from heard
    inner join {{ ref("cold_start_signals") }} as policy
        on heard.signal = policy.signal
        and heard.name = policy.name
        and (policy.answer is null or heard.answer = policy.answer)
    group by heard.user_id, policy.layer

),

final as (

    select
        people.user_id,
        layers.layer,
        cast(coalesce(points.points, 0) as integer) as points,
        people.has_answered
    from people
    cross join {{ ref("cold_start_layers") }} as layers
    left join points on people.user_id = points.user_id and layers.layer = points.layer

)

select * from final
