-- one row per known user other than staff and purchase, a day with a net above zero, in one channel
with bought as (

    select
        user_id,
        net_date,
        ordered_at,
        order_id,
        channel
    from {{ ref("int_kpi_amounts") }}
    where side = 'completed' and user_id is not null

),

days as (

    select
        user_id,
        net_date,
        min(channel) as channel,
        min(channel) <> max(channel) as has_two_channels
    from bought
    group by user_id, net_date

),

-- most days know one channel: only the others need their first order looked for
ranked as (

    select
        bought.user_id,
        bought.net_date,
        bought.channel,
        row_number() over (
            partition by bought.user_id, bought.net_date
            order by bought.ordered_at, {{ by_bytes("bought.order_id") }}
        ) as order_rank
    from bought
    inner join days on bought.user_id = days.user_id and bought.net_date = days.net_date
    where days.has_two_channels

),

first_orders as (

    select * from ranked
    where order_rank = 1

),

final as (

    select
        day_nets.user_id,
        day_nets.net_date as purchase_date,
        coalesce(first_orders.channel, days.channel) as channel,
        day_nets.net_date = min(day_nets.net_date) over (partition by day_nets.user_id) as is_first
    from {{ ref("int_day_nets") }} as day_nets
    inner join days on day_nets.user_id = days.user_id and day_nets.net_date = days.net_date
    left join first_orders on day_nets.user_id = first_orders.user_id and day_nets.net_date = first_orders.net_date
    where day_nets.day_net > 0

)

select * from final
