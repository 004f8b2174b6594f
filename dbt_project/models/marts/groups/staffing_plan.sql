-- one row per role: how many people all groups need
with totals as (

    select
        count(*) as open_groups,
        coalesce(sum(inside), 0) as people
    from {{ ref("groups") }}

),

operators as (

    select
        totals.*,
        greatest(
            {{ whole_quotient_up("totals.open_groups", policy("operator_most_groups")) }},
            {{ whole_quotient_up("totals.people", policy("operator_most_people")) }}
        ) as operators,
        (select count(*) from {{ ref("int_operator_limits") }} where is_active) as employed
    from totals

),

needs as (

    select
        roles.*,
        operators.open_groups,
        operators.people,
        case when roles.counts = 'groups_and_people' then operators.employed end as employed,
        case roles.counts
            when 'groups_and_people' then operators.operators
            when 'operators' then {{ whole_quotient_up("operators.operators", "coalesce(roles.units_each, 1)") }}
            else {{ whole_quotient_up("operators.open_groups", "coalesce(roles.units_each, 1)") }}
        end as needed
    from {{ ref("staffing_roles") }} as roles
    cross join operators

),

shifted as (

    select
        needs.*,
        cast(ceiling(needs.needed * needs.shift_factor) as integer) as needed_with_shifts
    from needs

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        role,
        label_en as role_en,
        label_zh as role_zh,
        cast(open_groups as integer) as groups,
        cast(people as integer) as people,
        cast(needed as integer) as needed,
        needed_with_shifts,
        cast(employed as integer) as employed,
        case when employed is not null then cast(greatest(needed_with_shifts - employed, 0) as integer) end as missing,
        monthly_wage,
        cast(needed * monthly_wage as decimal(18, 2)) as monthly_cost,
        cast(needed_with_shifts * monthly_wage as decimal(18, 2)) as monthly_cost_with_shifts
    from shifted

)

select * from final
