-- buyers are the purchases (user-days) of known users other than staff, new buyers those who ever bought, orders the
-- counted orders of which something was bought
with purchases as (

    select
        count(*) as days,
        count(distinct user_id) as users
    from {{ ref("int_day_nets") }}
    where day_net > 0 and user_id not in (select user_id from {{ ref("stg_users") }} where is_staff)

),

bought as (

    select count(distinct order_id) as orders
    from {{ ref("int_order_amounts") }}
    where
        side = 'completed'
        and (user_id is null or user_id not in (select user_id from {{ ref("stg_users") }} where is_staff))

),

kpis as (

    select
        coalesce(sum(buyers), 0) as buyers,
        coalesce(sum(new_buyers), 0) as new_buyers,
        coalesce(sum(orders), 0) as orders
    from {{ ref("kpi_daily") }}

)

select
    purchases.days,
    purchases.users,
    bought.orders as bought_orders,
    kpis.buyers,
    kpis.new_buyers,
    kpis.orders
from purchases
cross join bought
cross join kpis
where kpis.buyers <> purchases.days or kpis.new_buyers <> purchases.users or kpis.orders <> bought.orders
