-- one row per customer and purchase, a day with a net above zero, numbered from the first one
with day_nets as (

    select * from {{ ref("int_day_nets") }}

),

customers as (

    select user_id from {{ ref("int_customers") }}

),

final as (

    select
        day_nets.user_id,
        cast(row_number() over (
            partition by day_nets.user_id order by day_nets.net_date
        ) as integer) as purchase_number,
        day_nets.net_date as purchase_date,
        lead(day_nets.net_date) over (
            partition by day_nets.user_id order by day_nets.net_date
        ) as next_purchase_date,
        day_nets.day_net
    from day_nets
    inner join customers on day_nets.user_id = customers.user_id
    where day_nets.day_net > 0

)

select * from final
