-- whom no list may hold stands on no list of groups, but on the roster of the group that the person is to be taken out
-- of, and there without stage and tier
select lists.person_id
from (
    select person_id from {{ ref("exported_group_assignments") }}
    union all
    select person_id from {{ ref("group_roster") }}
    where coalesce(move, 'none') <> 'remove' or stage is not null or value_tier is not null
) as lists
inner join {{ ref("int_unlisted_persons") }} as unlisted on lists.person_id = unlisted.person_id
