-- one row per operator of the operators feed or of a group: groups and people against the limits
with loads as (

    select
        operator_id,
        count(*) as groups,
        sum(inside) as people,
        sum(case when is_given then 1 else 0 end) as given_groups
    from {{ ref("int_group_operators") }}
    where operator_id is not null
    group by operator_id

),

summed as (

    select
        coalesce(limits.operator_id, loads.operator_id) as operator_id,
        coalesce(limits.is_active, true) as is_active,
        coalesce(loads.groups, 0) as groups,
        coalesce(loads.people, 0) as people,
        coalesce(limits.most_groups, {{ policy("operator_most_groups") }}) as most_groups,
        coalesce(limits.most_people, {{ policy("operator_most_people") }}) as most_people,
        coalesce(loads.given_groups, 0) as given_groups
    from {{ ref("int_operator_limits") }} as limits
    full outer join loads on limits.operator_id = loads.operator_id

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        operator_id,
        is_active,
        cast(groups as integer) as groups,
        cast(people as integer) as people,
        cast(most_groups as integer) as most_groups,
        cast(most_people as integer) as most_people,
        cast(case when is_active then greatest(most_groups - groups, 0) else 0 end as integer) as free_groups,
        groups > most_groups or people > most_people as is_over_limit,
        cast(given_groups as integer) as given_groups
    from summed

)

select * from final
