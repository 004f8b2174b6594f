-- no group that was given people tonight holds or awaits more than group_most_size; by a code or a friend people come
-- in without being asked, so that others may be larger
with given as (

    select group_id
    from {{ ref("group_memberships") }}
    where planned_on = {{ as_of_date() }} and status in ('planned', 'joined')
    group by group_id

)

select sizes.group_id
from ({{ group_sizes(ref("group_memberships")) }}) as sizes
inner join given on sizes.group_id = given.group_id
where sizes.inside + sizes.pending > {{ policy("group_most_size") }}
