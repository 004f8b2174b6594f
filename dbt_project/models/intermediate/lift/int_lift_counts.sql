-- one row per playbook, value tier (and all of them) and holdout period: contacted and held out, and when it is due
with outcomes as (

    -- a friend request offers nothing: what it leads to tells nothing of the playbook's own contacts
    select outcomes.*, coalesce(channels.response_percent, 100) as response_percent
    from {{ ref("recall_outcomes") }} as outcomes
    left join {{ ref("contact_channels") }} as channels on outcomes.channel = channels.channel
    where outcomes.channel <> 'friend_request'

),

tiers as (

    select
        playbook,
        value_tier,
        period,
        is_ghost,
        has_purchased,
        response_percent,
        first_planned_date
    from outcomes
    union all
    select
        playbook,
        'all' as value_tier,
        period,
        is_ghost,
        has_purchased,
        response_percent,
        first_planned_date
    from outcomes

),

final as (

    select
        playbook,
        value_tier,
        period,
        sum(case when is_ghost then 0 else 1 end) as contacted,
        sum(case when is_ghost then 1 else 0 end) as ghosts,
        sum(case when not is_ghost and has_purchased then 1 else 0 end) as contacted_conversions,
        sum(case when is_ghost and has_purchased then 1 else 0 end) as ghost_conversions,
        {{ quotient(
            "cast(sum(case when is_ghost then 0 else response_percent end) as bigint)",
            "cast(sum(case when is_ghost then 0 else 1 end) as bigint)"
        ) }} as response_percent,
        cast({{ dbt.dateadd("month", 3, dbt.date_trunc("quarter", "min(first_planned_date)")) }} as date) as due_on
    from tiers
    group by playbook, value_tier, period

)

select * from final
