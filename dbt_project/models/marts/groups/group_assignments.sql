-- one row per person and open kind of group: where the person is or is to be, or why nowhere
with memberships as (

    -- who waits again has nothing to do with the group of before any more
    select shown.*
    from {{ ref("group_memberships") }} as shown
    left join {{ ref("int_group_waiting") }} as waiting
        on shown.person_id = waiting.person_id and shown.group_kind = waiting.group_kind
    where waiting.person_id is null or shown.status in ('joined', 'planned', 'invited')

),

decided as (

    select
        candidates.person_id,
        candidates.group_kind,
        memberships.group_id,
        memberships.from_group_id,
        memberships.status_since,
        memberships.planned_on,
        memberships.invited_on,
        memberships.joined_on,
        waiting.missing,
        case
            when memberships.status in ('joined', 'planned', 'invited') then memberships.status
            when waiting.person_id is not null then 'waiting'
            else coalesce(memberships.status, 'not_eligible')
        end as status,
        case
            when memberships.status in ('joined', 'planned', 'invited') then memberships.reason_code
            else coalesce(waiting.reason_code, memberships.reason_code, candidates.reason_code)
        end as reason
    from {{ ref("int_group_candidates") }} as candidates
    left join {{ ref("int_group_waiting") }} as waiting
        on candidates.person_id = waiting.person_id and candidates.group_kind = waiting.group_kind
    left join memberships
        on candidates.person_id = memberships.person_id and candidates.group_kind = memberships.group_kind

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        decided.person_id,
        persons.user_id,
        decided.group_kind,
        decided.status,
        statuses.label_en as status_en,
        statuses.label_zh as status_zh,
        decided.status_since,
        decided.group_id,
        registry.group_name,
        insiders.role,
        decided.from_group_id,
        decided.reason,
        reasons.label_en as reason_en,
        reasons.label_zh as reason_zh,
        decided.missing,
        persons.stage,
        persons.value_tier,
        persons.tier_band,
        persons.cohort,
        persons.channel,
        persons.city,
        persons.province,
        persons.country,
        decided.planned_on,
        decided.invited_on,
        decided.joined_on
    from decided
    inner join {{ ref("int_group_persons") }} as persons on decided.person_id = persons.person_id
    inner join {{ ref("membership_statuses") }} as statuses on decided.status = statuses.status
    inner join {{ ref("group_reasons") }} as reasons on decided.reason = reasons.reason_code
    left join {{ ref("group_registry") }} as registry on decided.group_id = registry.group_id
    left join {{ ref("int_group_insiders") }} as insiders
        on decided.person_id = insiders.person_id and decided.group_id = insiders.group_id

)

select * from final
