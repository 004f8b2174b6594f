-- one row per person to whom a playbook applies and who was contacted: how often for it since the last purchase
select
    persons.person_id,
    sum(case when contacts.is_attempt then 1 else 0 end) as attempts,
    max(case when contacts.is_attempt and contacts.ends_attempts then 1 else 0 end) = 1 as has_ended,
    max(contacts.contacted_on) as last_recall_date
from {{ ref("int_recall_persons") }} as persons
inner join (
    select
        all_contacts.person_id,
        all_contacts.contacted_on,
        all_contacts.ends_attempts,
        coalesce(all_contacts.playbook, candidates.playbook) = candidates.playbook
        and all_contacts.contacted_on > coalesce(candidates.last_purchase_date, {{ epoch_date() }}) as is_attempt
    from {{ ref("int_person_contacts") }} as all_contacts
    inner join {{ ref("int_recall_persons") }} as candidates on all_contacts.person_id = candidates.person_id
    where all_contacts.purpose = 'recall'
) as contacts on persons.person_id = contacts.person_id
group by persons.person_id
