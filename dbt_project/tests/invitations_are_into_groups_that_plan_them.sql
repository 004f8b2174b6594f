-- whoever is to be invited is planned for a group of the kind, which has a name; a slot that a later night handed out
-- is that night's
select slots.schedule_id
from {{ ref("contact_schedule") }} as slots
left join {{ ref("persons") }} as persons on slots.user_id = persons.user_id
left join {{ ref("group_memberships") }} as memberships
    on
    persons.person_id = memberships.person_id
    and slots.playbook = memberships.group_kind
    and memberships.status = 'planned'
left join {{ ref("group_registry") }} as registry on memberships.group_id = registry.group_id
where
    slots.purpose = 'invitation'
    and slots.status = 'planned'
    and slots.planned_date > {{ as_of_date() }}
    and coalesce(slots.issued_on <= {{ as_of_date() }}, true)
    and registry.group_name is null
