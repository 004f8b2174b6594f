-- the groups' people are those of the memberships, one by one, and every group with people is listed
select
    listed.group_id,
    sizes.group_id as people_of
from {{ ref("groups") }} as listed
full outer join ({{ group_sizes(ref("group_memberships")) }}) as sizes on listed.group_id = sizes.group_id
where
    listed.group_id is null
    or listed.inside <> coalesce(sizes.inside, 0)
    or listed.pending <> coalesce(sizes.pending, 0)
