-- one row per person and episode whose first day has come: what the person bought, contacted or held out
with episodes as (

    select * from {{ ref("int_episodes") }}

),

joined as (

    select
        episodes.*,
        coalesce(bought.purchases, 0) as purchases,
        coalesce(bought.net_revenue, 0) as net_revenue,
        case when episodes.is_ghost then 0 else coalesce(bought.first_value, 0) end as discounted_value,
        coalesce(benefits.discount_percent, 0) as discount_percent
    from episodes
    left join {{ ref("int_window_outcomes") }} as bought
        on
        episodes.person_id = bought.person_id
        and episodes.first_planned_date = bought.first_planned_date
        and episodes.window_end = bought.window_end
    left join {{ ref("benefits") }} as benefits on episodes.offer = benefits.offer

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        person_id,
        episode,
        playbook,
        value_tier,
        period,
        first_schedule_id,
        channel,
        is_ghost,
        cast(contacts as integer) as contacts,
        first_planned_date,
        window_end,
        window_end <= {{ as_of_date() }} as is_closed,
        purchases > 0 as has_purchased,
        cast(purchases as integer) as purchases,
        cast(net_revenue as decimal(18, 2)) as net_revenue,
        cast(contact_cost as decimal(18, 2)) as contact_cost,
        cast(discounted_value * cast(discount_percent as decimal(7, 4)) * 0.01 as decimal(18, 2)) as discount_cost,
        result
    from joined

)

select * from final
