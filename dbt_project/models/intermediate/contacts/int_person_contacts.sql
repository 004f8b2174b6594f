-- one row per contact that counts for a person: slots of days that have come, ghosts like others, and all that the
-- contacts feed knows, whatever its date: also a contact earlier than planned, or after its slot was cancelled
select
    person_id,
    coalesce(sent_on, planned_date) as contacted_on,
    purpose,
    playbook,
    ends_attempts,
    is_ghost,
    schedule_id as contact_id
from {{ ref("int_contact_slots") }}
where status <> 'cancelled' and (planned_date <= {{ as_of_date() }} or sent_on is not null)

union all

select
    contacts.person_id,
    contacts.contacted_on,
    contacts.purpose,
    slots.playbook,
    contacts.ends_attempts,
    false as is_ghost,
    contacts.contact_id
from {{ ref("int_contacts") }} as contacts
left join {{ ref("int_contact_slots") }} as slots on contacts.contact_id = slots.schedule_id
where contacts.is_contact and coalesce(slots.status, 'cancelled') = 'cancelled' and contacts.person_id is not null
