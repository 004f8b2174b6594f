-- one row per acquisition channel and step of the funnel
with customers as (

    select
        channel,
        is_activated,
        is_retained,
        is_buyer,
        is_referrer,
        count(*) as users
    from {{ ref("int_funnel_users") }}
    group by channel, is_activated, is_retained, is_buyer, is_referrer

),

steps as (

    select * from {{ ref("funnel_steps") }}

),

counted as (

    select
        customers.channel,
        steps.step,
        sum(customers.users) as acquired,
        sum(case
            when steps.step = 'acquired' then customers.users
            when steps.step = 'activated' and customers.is_activated then customers.users
            when steps.step = 'retained' and customers.is_retained then customers.users
            when steps.step = 'revenue' and customers.is_buyer then customers.users
            when steps.step = 'referred' and customers.is_referrer then customers.users
            else 0
        end) as users
    from customers
    cross join steps
    group by customers.channel, steps.step

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        counted.channel,
        steps.step,
        cast(steps.step_order as integer) as step_order,
        steps.label_en as step_en,
        steps.label_zh as step_zh,
        cast(counted.users as bigint) as users,
        {{ quotient("counted.users", "counted.acquired") }} as share_of_acquired
    from counted
    inner join steps on counted.step = steps.step

)

select * from final
