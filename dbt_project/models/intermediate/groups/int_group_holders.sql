-- one row per open group: who keeps running it, null where somebody else is wanted
with summed as (

    select
        charges.*,
        row_number() over (
            partition by charges.operator_id
            order by case when charges.is_told then 0 else 1 end, charges.opened_on, {{ by_bytes("group_id") }}
        ) as group_number,
        sum(charges.people) over (
            partition by charges.operator_id
            order by case when charges.is_told then 0 else 1 end, charges.opened_on, {{ by_bytes("group_id") }}
            rows between unbounded preceding and current row
        ) as people_so_far
    from {{ ref("int_group_charges") }} as charges

),

final as (

    select
        summed.group_id,
        summed.inside,
        summed.pending,
        summed.people,
        summed.changes,
        summed.operator_before,
        -- what exceeds the limits goes to somebody else, the youngest groups first, unless the feeds say whose it is
        case
            when summed.is_told then summed.operator_id
            when summed.group_number <= limits.most_groups and summed.people_so_far <= limits.most_people
                then summed.operator_id
            -- it has changed hands often enough: it stays, and operator_load shows it
            when summed.changes >= {{ policy("operator_hands_at_most") }} then summed.operator_id
        end as operator_id
    from summed
    left join {{ ref("int_operator_limits") }} as limits on summed.operator_id = limits.operator_id

)

select * from final
