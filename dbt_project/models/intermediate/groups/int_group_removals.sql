-- one row per person and group that the person is to be taken out of, and why
with removals as (

    -- who must not be inside
    select
        standing.person_id,
        standing.group_kind,
        standing.group_id as from_group_id,
        standing.leave_code as reason_code,
        coalesce(standing.status_since = {{ as_of_date() }}, false) as is_new,
        false as is_proposal
    from {{ ref("int_membership_standing") }} as standing
    where standing.leave_code is not null

    union all

    -- who is inside two groups of a kind: after a move the old one, else somebody has to agree which
    select
        insiders.person_id,
        insiders.group_kind,
        insiders.group_id as from_group_id,
        case
            when memberships.reason_code in ('merged', 'promoted', 'cohort_corrected') then 'moved_on'
            else 'in_two_groups'
        end as reason_code,
        memberships.status_since = {{ as_of_date() }} as is_new,
        memberships.reason_code not in ('merged', 'promoted', 'cohort_corrected') as is_proposal
    from {{ ref("int_group_insiders") }} as insiders
    inner join {{ ref("group_memberships") }} as memberships
        on insiders.person_id = memberships.person_id and insiders.group_kind = memberships.group_kind
    where
        insiders.group_id <> memberships.group_id
        and insiders.group_id <> coalesce(memberships.from_group_id, '')

),

final as (

    select * from removals

)

select * from final
