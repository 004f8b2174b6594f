-- one row per customer: the highest level of the fan ladder all of whose minimums are met
with activity as (

    select
        user_id,
        sum(case when is_engagement then events else 0 end) as engagements,
        sum(case when is_advocacy then events else 0 end) as advocacy
    from {{ ref("int_community_activity") }}
    group by user_id

),

brought as (

    select
        users.referrer_user_id as user_id,
        count(*) as people
    from {{ ref("stg_users") }} as users
    inner join {{ ref("int_customers") }} as customers on users.user_id = customers.user_id
    where users.referrer_user_id <> users.user_id
    group by users.referrer_user_id

),

figures as (

    select
        customers.user_id,
        coalesce(totals.lifetime_purchases, 0) as purchases,
        coalesce(activity.engagements, 0) as engagements,
        coalesce(activity.advocacy, 0) + coalesce(brought.people, 0) as advocacy
    from {{ ref("int_customers") }} as customers
    left join {{ ref("int_customer_totals") }} as totals on customers.user_id = totals.user_id
    left join activity on customers.user_id = activity.user_id
    left join brought on customers.user_id = brought.user_id

),

reached as (

    select
        figures.user_id,
        max(levels.rank) as highest_rank
    from figures
    inner join {{ ref("fan_levels") }} as levels
        on figures.purchases >= levels.min_purchases
        and figures.engagements >= levels.min_engagements
        and figures.advocacy >= levels.min_advocacy
    group by figures.user_id

),

final as (

    select
        reached.user_id,
        'fan_level' as category,
        levels.fan_level as value,
        levels.label_en,
        levels.label_zh,
        levels.source
    from reached
    inner join {{ ref("fan_levels") }} as levels on reached.highest_rank = levels.rank

)

select * from final
