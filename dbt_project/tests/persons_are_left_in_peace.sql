-- nobody's slot, of tonight or of a night before, follows a contact, of whatever purpose, too soon, or is one too many;
-- nobody has two slots ahead, whatever for, withheld ones included
with ahead as (

    select schedule_id, person_id, planned_date from {{ ref("int_contact_plan") }}

    union all

    select slots.schedule_id, slots.person_id, slots.planned_date
    from {{ ref("int_contact_slots") }} as slots
    inner join {{ ref("int_open_slots") }} as open_slots on slots.schedule_id = open_slots.schedule_id
    where open_slots.cancel_reason is null and slots.issued_on <= {{ as_of_date() }}

)

select ahead.schedule_id
from ahead
inner join {{ ref("int_person_contacts") }} as contacts on ahead.person_id = contacts.person_id
group by ahead.schedule_id, ahead.planned_date
having
    {{ days_between("max(contacts.contacted_on)", "ahead.planned_date") }} < {{ policy("person_gap_days") }}
    or sum(
        case
            when {{ days_between("contacts.contacted_on", "ahead.planned_date") }} < {{ policy("person_window_days") }}
                then 1
            else 0
        end
    ) >= {{ policy("person_contacts_at_most") }}

union all

select min(schedule_id) as schedule_id
from ahead
group by person_id
having count(*) > 1
