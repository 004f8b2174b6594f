-- whoever was inside a group the night before is still inside it, has left, or is in another one for a reason: the
-- feeds show the person there, or a move that was asked for
with before as (

    select
        memberships.*,
        coalesce(memberships.from_group_id, memberships.group_id) as inside_group_id
    from {{ ref("int_previous_memberships") }} as memberships
    where memberships.status = 'joined' or memberships.from_group_id is not null

)

select before.person_id
from before
left join {{ ref("group_memberships") }} as memberships
    on before.person_id = memberships.person_id and before.group_kind = memberships.group_kind
where
    memberships.person_id is null
    or (memberships.status <> 'joined' and memberships.status <> 'left' and memberships.from_group_id is null)
    or (
        memberships.status <> 'left'
        and coalesce(memberships.from_group_id, memberships.group_id) <> before.inside_group_id
        and memberships.reason_code not in ('entered', 'adopted', 'merged', 'promoted', 'cohort_corrected')
        and not (memberships.reason_code = 'assumed' and memberships.group_id = before.group_id)
    )
