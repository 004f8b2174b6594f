-- one row per person and group that the person is to be taken out of, and why
with removals as (

    -- who must not be inside
    select
        person_id,
        group_kind,
        group_id as from_group_id,
        leave_code as reason_code,
        false as is_proposal
    from {{ ref("int_membership_standing") }}
    where leave_code is not null

    union all

    -- who is inside two groups of a kind and may be in none; after a move the old one; else somebody has to agree which
    select
        insiders.person_id,
        insiders.group_kind,
        insiders.group_id as from_group_id,
        case
            when standing.leave_code is not null then standing.leave_code
            when memberships.reason_code in ('merged', 'promoted', 'cohort_corrected') then 'moved_on'
            else 'in_two_groups'
        end as reason_code,
        standing.leave_code is null
        and memberships.reason_code not in ('merged', 'promoted', 'cohort_corrected') as is_proposal
    from {{ ref("int_group_insiders") }} as insiders
    inner join {{ ref("group_memberships") }} as memberships
        on insiders.person_id = memberships.person_id and insiders.group_kind = memberships.group_kind
    inner join {{ ref("int_membership_standing") }} as standing
        on insiders.person_id = standing.person_id and insiders.group_kind = standing.group_kind
    where
        insiders.group_id <> memberships.group_id
        and insiders.group_id <> coalesce(memberships.from_group_id, '')

),

final as (

    select * from removals

)

select * from final
