-- one row per customer: the acquisition channel, and which steps of the funnel were reached
with customers as (

    select user_id from {{ ref("int_customers") }}

),

users as (

    select
        user_id,
        channel,
        referrer_user_id
    from {{ ref("stg_users") }}

),

referrers as (

    select distinct users.referrer_user_id as user_id
    from users
    inner join customers on users.user_id = customers.user_id
    where users.referrer_user_id <> users.user_id

),

buyers as (

    select user_id from {{ ref("int_customer_totals") }}
    where lifetime_purchases > 0

),

final as (

    select
        customers.user_id,
        coalesce(users.channel, 'unknown') as channel,
        activity.user_id is not null as is_activated,
        coalesce(activity.last_active_date > activity.first_active_date, false) as is_retained,
        buyers.user_id is not null as is_buyer,
        referrers.user_id is not null as is_referrer
    from customers
    left join users on customers.user_id = users.user_id
    left join {{ ref("int_customer_activity") }} as activity on customers.user_id = activity.user_id
    left join buyers on customers.user_id = buyers.user_id
    left join referrers on customers.user_id = referrers.user_id

)

select * from final
