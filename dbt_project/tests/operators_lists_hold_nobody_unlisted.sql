-- nobody is on a list of contacts whom no list may hold
select lists.schedule_id
from (
    select schedule_id, person_id from {{ ref("operator_tasks") }}
    union all
    select schedule_id, person_id from {{ ref("recall_list") }}
    union all
    select schedule_id, person_id from {{ ref("invite_list") }}
) as lists
inner join {{ ref("int_unlisted_persons") }} as unlisted on lists.person_id = unlisted.person_id
