-- who arrived in a stage is who stands in it tonight; who set out from one stood in it in the previous release
with counted as (

    select 'now' as side, to_stage as stage, users as on_the_way, 0 as standing
    from {{ ref("lifecycle_transitions") }}
    where to_stage is not null

    union all

    select 'now' as side, stage, 0 as on_the_way, 1 as standing
    from {{ ref("customer_lifecycle") }}

    union all

    select 'before' as side, from_stage as stage, users as on_the_way, 0 as standing
    from {{ ref("lifecycle_transitions") }}
    where from_stage is not null

    union all

    select 'before' as side, stage, 0 as on_the_way, 1 as standing
    from {{ ref("int_previous_lifecycle") }}

)

select
    side,
    stage,
    sum(on_the_way) as on_the_way,
    sum(standing) as standing
from counted
group by side, stage
having sum(on_the_way) <> sum(standing)
