-- whoever is inside, invited or on the way has groups that are there, not closed, of that kind, and two of them only
-- while on the way from one into the other
select memberships.person_id
from {{ ref("group_memberships") }} as memberships
left join {{ ref("group_registry") }} as registry on memberships.group_id = registry.group_id
left join {{ ref("group_registry") }} as sources on memberships.from_group_id = sources.group_id
where
    (
        memberships.status in ('joined', 'planned', 'invited')
        and (registry.group_id is null or registry.status = 'closed' or registry.group_kind <> memberships.group_kind)
    )
    or (
        memberships.from_group_id is not null
        and (
            memberships.status not in ('planned', 'invited')
            or memberships.from_group_id = memberships.group_id
            or sources.group_id is null
            or sources.status = 'closed'
            or sources.group_kind <> memberships.group_kind
        )
    )
