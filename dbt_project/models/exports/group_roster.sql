-- one row per group and person who is inside, is to come, or is to be taken out, with what is to be done about it
with final as (

    select
        places.group_id,
        groups.group_name,
        groups.group_kind,
        groups.group_kind_en,
        groups.group_kind_zh,
        groups.operator_id,
        cast(row_number() over (
            partition by places.group_id
            order by
                case when moves.is_due then moves.sort_order else 99 end,
                statuses.sort_order,
                case places.role when 'lead' then 1 when 'assistant' then 2 when 'koc' then 3 else 4 end,
                coalesce(places.joined_on, {{ as_of_date() }}),
                {{ by_bytes("places.person_id") }}
        ) as integer) as place,
        places.person_id,
        places.user_id,
        users.nickname,
        places.role,
        places.status,
        statuses.label_en as status_en,
        statuses.label_zh as status_zh,
        places.joined_on,
        places.value_tier,
        tiers.label_en as value_tier_en,
        tiers.label_zh as value_tier_zh,
        places.stage,
        stages.label_en as stage_en,
        stages.label_zh as stage_zh,
        coalesce(moves.is_due, false) as is_due,
        moves.move,
        moves.move_en,
        moves.move_zh,
        moves.is_proposal,
        moves.reason,
        moves.reason_en,
        moves.reason_zh,
        moves.other_group_name,
        moves.planned_date,
        moves.schedule_id
    from {{ ref("int_roster_places") }} as places
    inner join {{ ref("groups") }} as groups on places.group_id = groups.group_id
    inner join {{ ref("membership_statuses") }} as statuses on places.status = statuses.status
    left join {{ ref("int_roster_moves") }} as moves
        on places.group_id = moves.group_id and places.person_id = moves.person_id
    left join {{ ref("value_tiers") }} as tiers on places.value_tier = tiers.value_tier
    left join {{ ref("lifecycle_stages") }} as stages on places.stage = stages.stage
    left join {{ ref("stg_users") }} as users on places.user_id = users.user_id

)

select * from final
