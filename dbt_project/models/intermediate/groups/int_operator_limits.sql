-- one row per operator: whether the operator works, and how many groups and people at most, and before others are asked
with limits as (

    select
        operator_id,
        coalesce(active, true) as is_active,
        cast(greatest(coalesce(max_groups, {{ policy("operator_most_groups") }}), 0) as integer) as most_groups,
        cast(greatest(coalesce(max_people, {{ policy("operator_most_people") }}), 0) as integer) as most_people
    from {{ ref("stg_operators") }}

),

final as (

    select
        operator_id,
        is_active,
        most_groups,
        most_people,
        {{ whole_quotient("most_groups * " ~ policy("operator_target_percent"), 100) }} as target_groups,
        {{ whole_quotient("most_people * " ~ policy("operator_target_percent"), 100) }} as target_people
    from limits

)

select * from final
