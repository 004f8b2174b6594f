-- everybody to whom a playbook applies has one decision with its reason; include says that there is a slot, holdout
-- that one is withheld, other_purpose that another purpose has a slot or asks for one; nobody else of tonight's plan is
-- left
with slots as (

    select schedule_id, is_ghost from {{ ref("int_contact_plan") }} where purpose = 'recall'
    union all
    select schedule_id, is_ghost from {{ ref("int_standing_slots") }} where purpose = 'recall'

)

select coalesce(persons.person_id, candidates.person_id) as person_id
from {{ ref("int_recall_persons") }} as persons
full outer join {{ ref("recall_candidates") }} as candidates on persons.person_id = candidates.person_id
left join slots on candidates.schedule_id = slots.schedule_id
where
    persons.person_id is null
    or candidates.reason_en is null
    or (candidates.decision like 'deferred_%' and candidates.score is null)
    or coalesce(candidates.decision, '') <> case
        when slots.is_ghost then 'holdout'
        when slots.schedule_id is not null then 'include'
        when candidates.reason in ('account_quota', 'channel_quota', 'person_cap', 'other_purpose')
            then 'deferred_' || candidates.reason
        else 'excluded_' || candidates.reason
    end

union all

select plan.person_id
from {{ ref("int_contact_plan") }} as plan
left join {{ ref("recall_candidates") }} as candidates on plan.schedule_id = candidates.schedule_id
where plan.purpose = 'recall' and candidates.schedule_id is null

union all

select candidates.person_id
from {{ ref("recall_candidates") }} as candidates
left join {{ ref("int_standing_slots") }} as slots
    on candidates.person_id = slots.person_id and slots.purpose <> 'recall'
left join {{ ref("int_contact_requests") }} as requests
    on candidates.person_id = requests.person_id and requests.purpose <> 'recall'
where candidates.reason = 'other_purpose' and slots.person_id is null and requests.person_id is null
