-- one row per person and episode: the slots of one playbook within one holdout period, as the first of them was
with slots as (

    select *
    from {{ ref("int_issued_slots") }}
    where purpose = 'recall'

),

ordered as (

    select
        *,
        row_number() over (
            partition by person_id, playbook, period order by planned_date, {{ by_bytes("schedule_id") }}
        ) as slot_number,
        count(*) over (partition by person_id, playbook, period) as contacts,
        sum(cost) over (partition by person_id, playbook, period) as cost_of_all,
        first_value(result) over (
            partition by person_id, playbook, period
            order by case when result is null then 1 else 0 end, planned_date desc, {{ by_bytes("schedule_id") }} desc
        ) as last_result
    from slots

),

numbered as (

    select
        person_id,
        cast(
            row_number() over (partition by person_id order by planned_date, {{ by_bytes("schedule_id") }}) as integer
        ) as episode,
        playbook,
        value_tier,
        period,
        next_period_start,
        schedule_id as first_schedule_id,
        is_ghost,
        channel,
        offer,
        contacts,
        planned_date as first_planned_date,
        -- a purchase is never counted in another holdout period, when the person may be in the other group
        cast(
            least(
                {{ dbt.dateadd("day", policy("outcome_window_days") ~ " - 1", "planned_date") }},
                {{ dbt.dateadd("day", -1, "next_period_start") }}
            ) as date
        ) as window_end,
        cast(case when is_ghost then 0 else cost_of_all end as decimal(18, 4)) as contact_cost,
        case when not is_ghost then last_result end as result
    from ordered
    where slot_number = 1

),

final as (

    select *
    from numbered
    where
        next_period_start > {{ dbt.dateadd(
            "month", "-3 * " ~ policy("outcome_periods"), dbt.date_trunc("quarter", as_of_date())
        ) }}

)

select * from final
