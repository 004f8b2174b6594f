-- one row per person that exists on as_of_date, from users or only from orders (stub); deleted ones left out
with users as (

    select *
    from {{ ref("stg_users") }}

),

first_orders as (

    select
        user_id,
        min(order_date) as first_order_date
    from {{ ref("int_orders") }}
    where
        user_id is not null
        and order_id not in (
            select order_id from {{ ref("int_order_faults") }} where reason_code = 'order_of_two_users'
        )
    group by user_id

),

-- who is dated by orders alone, and those are all later, is first seen later
later_buyers as (

    select distinct user_id
    from (
        select user_id from {{ source("raw", "orders") }} where business_date > {{ as_of_date() }}
        union all
        select user_id from {{ source("raw", "order_lines") }} where business_date > {{ as_of_date() }}
    ) as later_orders

),

everyone as (

    select
        coalesce(users.user_id, first_orders.user_id) as user_id,
        users.user_id is null as is_stub,
        cast(users.registered_at as date) as registered_date,
        first_orders.first_order_date
    from users
    full outer join first_orders on users.user_id = first_orders.user_id

),

final as (

    select
        everyone.user_id,
        everyone.is_stub,
        everyone.registered_date,
        case
            when everyone.first_order_date < everyone.registered_date then everyone.first_order_date
            else coalesce(everyone.registered_date, everyone.first_order_date)
        end as first_seen_date,
        coalesce(users.is_staff, false) as is_staff
    from everyone
    left join users on everyone.user_id = users.user_id
    left join later_buyers on everyone.user_id = later_buyers.user_id
    where
        (cast(users.deleted_at as date) is null or cast(users.deleted_at as date) > {{ as_of_date() }})
        and not (
            everyone.registered_date is null
            and everyone.first_order_date is null
            and later_buyers.user_id is not null
        )

)

select * from final
