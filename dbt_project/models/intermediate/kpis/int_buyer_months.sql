-- one row per customer who bought and month with counted amounts; what lies before the first purchase's month, such
-- as a credit, counts in that month, so that nothing is lost
with buyers as (

    select
        user_id,
        {{ month_of("first_purchase_date") }} as cohort
    from {{ ref("int_customer_totals") }}
    where lifetime_purchases > 0

),

day_nets as (

    select
        user_id,
        {{ month_of("net_date") }} as net_month,
        day_net
    from {{ ref("int_day_nets") }}

),

dated as (

    select
        buyers.user_id,
        buyers.cohort,
        case when day_nets.net_month < buyers.cohort then buyers.cohort else day_nets.net_month end as month,
        day_nets.day_net
    from buyers
    inner join day_nets on buyers.user_id = day_nets.user_id

),

final as (

    select
        user_id,
        cohort,
        month,
        max(case when day_net > 0 then 1 else 0 end) as has_purchase,
        cast(sum(day_net) as decimal(18, 2)) as net_revenue
    from dated
    group by user_id, cohort, month

)

select * from final
