-- company = customers + other users (staff, deleted) + anonymous, to the cent; every side sums on its own path
with company as (

    select coalesce(sum(amount), 0) as amount
    from {{ ref("int_orders") }}
    where is_counted and order_id not in (select order_id from {{ ref("int_order_faults") }})

),

customers as (

    select coalesce(sum(lifetime_monetary), 0) as amount from {{ ref("customers") }}

),

other_users as (

    select coalesce(sum(day_net), 0) as amount
    from {{ ref("int_day_nets") }}
    where user_id not in (select user_id from {{ ref("customers") }})

),

anonymous as (

    select coalesce(sum(amount), 0) as amount from {{ ref("int_order_amounts") }} where user_id is null

)

select
    company.amount as company_amount,
    customers.amount as customers_amount,
    other_users.amount as other_users_amount,
    anonymous.amount as anonymous_amount
from company
cross join customers
cross join other_users
cross join anonymous
where company.amount <> customers.amount + other_users.amount + anonymous.amount
