-- one row per person whom a list may hold and open kind of group: the group, or why there is none; the file is called
-- group_assignments, as the mart is, and two models cannot share a name
{{ config(alias="group_assignments") }}

with final as (

    select
        assignments.person_id,
        assignments.user_id,
        users.nickname,
        assignments.group_kind,
        kinds.label_en as group_kind_en,
        kinds.label_zh as group_kind_zh,
        assignments.status,
        assignments.status_en,
        assignments.status_zh,
        assignments.status_since,
        assignments.group_id,
        assignments.group_name,
        assignments.role,
        groups.operator_id,
        assignments.from_group_id,
        assignments.reason,
        assignments.reason_en,
        assignments.reason_zh,
        assignments.missing,
        assignments.cohort,
        assignments.city,
        assignments.province,
        assignments.country,
        assignments.channel,
        assignments.tier_band,
        assignments.value_tier,
        tiers.label_en as value_tier_en,
        tiers.label_zh as value_tier_zh,
        assignments.stage,
        stages.label_en as stage_en,
        stages.label_zh as stage_zh,
        assignments.planned_on,
        assignments.invited_on,
        assignments.joined_on
    from {{ ref("group_assignments") }} as assignments
    inner join {{ ref("group_kinds") }} as kinds on assignments.group_kind = kinds.group_kind
    inner join {{ ref("lifecycle_stages") }} as stages on assignments.stage = stages.stage
    left join {{ ref("value_tiers") }} as tiers on assignments.value_tier = tiers.value_tier
    left join {{ ref("groups") }} as groups on assignments.group_id = groups.group_id
    left join {{ ref("stg_users") }} as users on assignments.user_id = users.user_id
    left join {{ ref("int_unlisted_persons") }} as unlisted on assignments.person_id = unlisted.person_id
    where unlisted.person_id is null

)

select * from final
