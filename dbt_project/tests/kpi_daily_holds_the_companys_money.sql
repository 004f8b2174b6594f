-- day nets of known users = GMV of known users, and with the anonymous amounts the whole company's, staff aside; and
-- what was bought less what was given back is the net
with staff as (

    select user_id from {{ ref("stg_users") }}
    where is_staff

),

company as (

    select coalesce(sum(amount), 0) as amount
    from {{ ref("int_orders") }}
    where
        is_counted
        and order_id not in (select order_id from {{ ref("int_order_faults") }})
        and (user_id is null or user_id not in (select user_id from staff))

),

known_users as (

    select coalesce(sum(day_net), 0) as amount
    from {{ ref("int_day_nets") }}
    where user_id not in (select user_id from staff)

),

bought as (

    select coalesce(sum(amount), 0) as amount
    from {{ ref("int_order_amounts") }}
    where side = 'completed' and (user_id is null or user_id not in (select user_id from staff))

),

kpis as (

    select
        coalesce(sum(gmv_net), 0) as net,
        coalesce(sum(gmv_anonymous), 0) as anonymous,
        coalesce(sum(refunds), 0) as refunds
    from {{ ref("kpi_daily") }}

)

select
    company.amount as company_amount,
    known_users.amount as known_amount,
    bought.amount as bought_amount,
    kpis.net,
    kpis.anonymous,
    kpis.refunds
from company
cross join known_users
cross join bought
cross join kpis
where
    kpis.net <> company.amount
    or kpis.net - kpis.anonymous <> known_users.amount
    or kpis.net <> bought.amount - kpis.refunds
