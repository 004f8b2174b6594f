-- nobody's slot of tonight follows a contact, of whatever purpose, too soon, or is one too many
select plan.schedule_id
from {{ ref("int_contact_plan") }} as plan
inner join {{ ref("int_person_contacts") }} as contacts on plan.person_id = contacts.person_id
group by plan.schedule_id, plan.planned_date
having
    {{ days_between("max(contacts.contacted_on)", "plan.planned_date") }} < {{ policy("person_gap_days") }}
    or sum(
        case
            when {{ days_between("contacts.contacted_on", "plan.planned_date") }} < {{ policy("person_window_days") }}
                then 1
            else 0
        end
    ) >= {{ policy("person_contacts_at_most") }}
