-- operators have the groups that are listed as theirs, and the staffing plan counts all groups and people
with loads as (

    select
        operator_id,
        count(*) as open_groups,
        sum(inside) as people
    from {{ ref("groups") }}
    where operator_id is not null
    group by operator_id

),

totals as (

    select
        count(*) as open_groups,
        coalesce(sum(inside), 0) as people
    from {{ ref("groups") }}

)

select coalesce(loads.operator_id, operators.operator_id) as who
from loads
full outer join {{ ref("operator_load") }} as operators on loads.operator_id = operators.operator_id
where
    operators.operator_id is null
    or operators.groups <> coalesce(loads.open_groups, 0)
    or operators.people <> coalesce(loads.people, 0)

union all

select plans.role as who
from {{ ref("staffing_plan") }} as plans
cross join totals
where plans.groups <> totals.open_groups or plans.people <> totals.people
