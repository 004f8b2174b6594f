-- every user who exists is in persons, and a person_id is a user of that very person
select
    coalesce(users.user_id, persons.user_id) as user_id,
    persons.person_id,
    anchors.person_id as person_id_of_anchor
from {{ ref("int_users") }} as users
full outer join {{ ref("persons") }} as persons on users.user_id = persons.user_id
left join {{ ref("persons") }} as anchors on persons.person_id = anchors.user_id
where users.user_id is null or anchors.person_id is null or anchors.person_id <> persons.person_id
