-- group_assignments holds every person among the customers once per open kind of group, and nobody else
with expected as (

    select customers.person_id, kinds.group_kind
    from {{ ref("customers") }} as customers
    cross join {{ ref("group_kinds") }} as kinds
    where kinds.is_open
    group by customers.person_id, kinds.group_kind

)

select
    expected.person_id,
    assignments.person_id as assigned_id
from expected
full outer join {{ ref("group_assignments") }} as assignments
    on expected.person_id = assignments.person_id and expected.group_kind = assignments.group_kind
where expected.person_id is null or assignments.person_id is null
