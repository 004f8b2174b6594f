-- whoever is planned, whatever for, has no objection, is not planned twice, and chats with a friend's account; recall
-- plans nobody who is excluded, deferred or held out; a slot that a later night handed out is that night's
with planned as (

    select
        slots.schedule_id,
        slots.purpose,
        slots.channel,
        slots.account_id,
        persons.person_id,
        count(*) over (partition by coalesce(persons.person_id, slots.person_id)) as slots
    from {{ ref("contact_schedule") }} as slots
    left join {{ ref("persons") }} as persons on slots.user_id = persons.user_id
    where
        slots.status = 'planned'
        and slots.planned_date > {{ as_of_date() }}
        and coalesce(slots.issued_on <= {{ as_of_date() }}, true)

)

select planned.schedule_id
from planned
left join {{ ref("int_unlisted_persons") }} as unlisted on planned.person_id = unlisted.person_id
left join {{ ref("recall_candidates") }} as candidates on planned.person_id = candidates.person_id
left join {{ ref("int_friendships") }} as friendships
    on planned.person_id = friendships.person_id and planned.account_id = friendships.account_id
where
    planned.person_id is null
    or planned.slots > 1
    or unlisted.person_id is not null
    or (planned.purpose = 'recall' and candidates.decision <> 'include')
    or (planned.channel = 'wecom' and friendships.person_id is null)
