-- one row per person and account whose friend the person is: asked, accepted and not removed, by any of the rows
select
    persons.person_id,
    friends.account_id,
    max(friends.accepted_at) as accepted_at
from {{ ref("stg_friends") }} as friends
inner join {{ ref("persons") }} as persons on friends.user_id = persons.user_id
where friends.accepted_at is not null and friends.removed_at is null
group by persons.person_id, friends.account_id
