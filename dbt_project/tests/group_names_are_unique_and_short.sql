-- no two groups have one name, Muster's have 40 characters at most, and no group of the night before is gone or has
-- another name, kind or day
select group_name
from {{ ref("group_registry") }}
group by group_name
having count(*) > 1 or max(case when origin = 'opened' then length(group_name) else 1 end) not between 1 and 40

union all

select before.group_name
from {{ ref("int_previous_groups") }} as before
left join {{ ref("group_registry") }} as registry on before.group_id = registry.group_id
where
    registry.group_id is null
    or registry.group_name <> before.group_name
    or registry.group_kind <> before.group_kind
    or registry.opened_on <> before.opened_on
