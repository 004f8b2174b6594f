-- one row per person and experiment that reached the person: what the person bought
with people as (

    select * from {{ ref("int_experiment_people") }}

),

final as (

    select
        people.person_id,
        people.experiment,
        people.variant,
        coalesce(bought.purchases, 0) > 0 as has_purchased,
        cast(coalesce(bought.net_revenue, 0) as decimal(18, 2)) as net_revenue
    from people
    left join {{ ref("int_window_outcomes") }} as bought
        on
        people.person_id = bought.person_id
        and people.first_planned_date = bought.first_planned_date
        and people.window_end = bought.window_end

)

select * from final
