-- one row per slot whose day has come and that no night took back, with the person of today: by intention, so one that
-- was denied stays, as nobody denies a ghost's
with slots as (

    select *
    from {{ ref("int_contact_slots") }}
    where (status <> 'cancelled' or reason_code = 'denied') and planned_date <= {{ as_of_date() }}

),

final as (

    select
        slots.schedule_id,
        -- people may have become one since the slot was issued
        coalesce(persons.person_id, slots.person_id) as person_id,
        slots.planned_date,
        slots.purpose,
        slots.playbook,
        slots.value_tier,
        slots.period,
        cast({{ dbt.dateadd("month", 3, dbt.date_trunc("quarter", "slots.planned_date")) }} as date)
            as next_period_start,
        slots.channel,
        slots.offer,
        slots.experiment,
        slots.variant,
        slots.is_ghost,
        slots.result,
        slots.cost
    from slots
    left join {{ ref("persons") }} as persons on slots.user_id = persons.user_id

)

select * from final
