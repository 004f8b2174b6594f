-- one row per group that takes people tonight: how many more it may hold, and how many more are to be invited
with incoming as (

    select
        merge_into as group_id,
        sum(inside) as people
    from {{ ref("int_group_merges") }}
    where is_executed
    group by merge_into

),

held as (

    select
        stages.group_id,
        stages.stratum,
        stages.group_name,
        stages.tier_band,
        stages.inside,
        stages.pending + coalesce(incoming.people, 0) as pending,
        greatest(stages.planned_size, {{ policy("group_target_size") }}) as wanted,
        {{ as_double("acceptance.acceptance") }} as acceptance
    from {{ ref("int_group_stages") }} as stages
    inner join {{ ref("group_statuses") }} as statuses on stages.status = statuses.status
    inner join {{ ref("int_group_acceptance") }} as acceptance on stages.group_kind = acceptance.group_kind
    left join incoming on stages.group_id = incoming.group_id
    where statuses.takes_people and stages.stratum is not null

),

final as (

    select
        group_id,
        stratum,
        group_name,
        tier_band,
        inside,
        pending,
        cast(greatest({{ policy("group_most_size") }} - inside - pending, 0) as integer) as free,
        cast(greatest(ceiling(greatest(wanted - inside, 0) / acceptance) - pending, 0) as integer) as invitations
    from held

)

select * from final
