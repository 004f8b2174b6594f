-- one row per contact that counts for a person: slots of days that have come or that were worked off early, ghosts like
-- others, and what the contacts feed knows besides, whatever its date
select
    person_id,
    coalesce(sent_on, planned_date) as contacted_on,
    purpose,
    playbook,
    ends_attempts,
    schedule_id as contact_id
from {{ ref("int_contact_slots") }}
where status in ('sent', 'returned') or (status <> 'cancelled' and planned_date <= {{ as_of_date() }})

union all

select
    contacts.person_id,
    contacts.contacted_on,
    contacts.purpose,
    cast(null as {{ dbt.type_string() }}) as playbook,
    contacts.ends_attempts,
    contacts.contact_id
from {{ ref("int_contacts") }} as contacts
left join {{ ref("int_contact_slots") }} as slots on contacts.contact_id = slots.schedule_id
where contacts.is_contact and slots.schedule_id is null and contacts.person_id is not null
