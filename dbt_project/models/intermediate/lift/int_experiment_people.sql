-- one row per person and experiment that reached the person: the variant of the first slot
with slots as (

    select
        *,
        row_number() over (
            partition by person_id, experiment order by planned_date, {{ by_bytes("schedule_id") }}
        ) as slot_number
    from {{ ref("int_issued_slots") }}
    where experiment in (select experiments.experiment from {{ ref("experiments") }} as experiments)

),

final as (

    select
        person_id,
        experiment,
        variant,
        planned_date as first_planned_date,
        cast(
            {{ dbt.dateadd("day", policy("outcome_window_days") ~ " - 1", "planned_date") }} as date
        ) as window_end
    from slots
    where slot_number = 1 and not is_ghost

)

select * from final
