-- one row per group and operator that it had, in their order; a while without one does not count as a change
with everything as (

    select
        group_id,
        hand,
        operator_id,
        since
    from {{ ref("int_previous_hands") }}

    union all

    select
        operators.group_id,
        coalesce(before.hand, 0) + 1 as hand,
        operators.operator_id,
        {{ as_of_date() }} as since
    from {{ ref("int_group_operators") }} as operators
    left join {{ ref("int_previous_hands") }} as before on operators.group_id = before.group_id and before.is_last
    where operators.operator_id is not null and coalesce(operators.operator_id <> before.operator_id, true)

)

select
    {{ as_of_date() }} as as_of_date,
    group_id,
    cast(hand as integer) as hand,
    operator_id,
    since
from everything
