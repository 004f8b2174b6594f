-- one row per place for a group that an operator has tonight; first those that leave everybody below the target load
with loads as (

    select
        operator_id,
        count(*) as groups,
        sum(people) as people
    from {{ ref("int_group_holders") }}
    where operator_id is not null
    group by operator_id

),

needs as (

    select max(people) as people from {{ ref("int_group_holders") }} where operator_id is null

),

free as (

    select
        limits.operator_id,
        coalesce(loads.groups, 0) as groups,
        least(
            limits.target_groups - coalesce(loads.groups, 0),
            {{ whole_quotient(
                "greatest(limits.target_people - coalesce(loads.people, 0), 0)", "greatest(needs.people, 1)"
            ) }}
        ) as below_target,
        least(
            limits.most_groups - coalesce(loads.groups, 0),
            {{ whole_quotient(
                "greatest(limits.most_people - coalesce(loads.people, 0), 0)", "greatest(needs.people, 1)"
            ) }}
        ) as below_most
    from {{ ref("int_operator_limits") }} as limits
    cross join needs
    left join loads on limits.operator_id = loads.operator_id
    where limits.is_active and needs.people is not null

),

final as (

    select
        free.operator_id,
        row_number() over (
            order by
                case when numbers.generated_number <= free.below_target then 0 else 1 end,
                free.groups + numbers.generated_number,
                {{ by_bytes("free.operator_id") }}
        ) as place
    from free
    inner join ({{ dbt.generate_series(1000) }}) as numbers on free.below_most >= numbers.generated_number

)

select * from final
