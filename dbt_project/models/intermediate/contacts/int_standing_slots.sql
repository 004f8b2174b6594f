-- one row per person with a slot ahead that stands, whatever its purpose: the first one. A night that runs again for an
-- earlier day finds several, which later nights have handed out
with ranked as (

    select
        schedule_id,
        person_id,
        purpose,
        planned_date,
        is_ghost,
        row_number() over (partition by person_id order by planned_date, {{ by_bytes("schedule_id") }}) as place
    from {{ ref("int_open_slots") }}
    where cancel_reason is null

),

final as (

    select
        person_id,
        schedule_id,
        purpose,
        planned_date,
        is_ghost
    from ranked
    where place = 1

)

select * from final
