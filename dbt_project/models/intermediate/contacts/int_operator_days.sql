-- one row per operator and day of the plan on which the operator works
with days_off as (

    select operator_id, {{ each_listed("days_off") }} as day_off
    from {{ ref("stg_operators") }}
    where days_off is not null

),

resting as (

    select distinct days_off.operator_id, weekdays.weekday_number
    from days_off
    inner join {{ ref("weekdays") }} as weekdays
        on {{ lower_case(trimmed("days_off.day_off")) }} in (
            weekdays.weekday, substr(weekdays.weekday, 1, 3), {{ lower_case("weekdays.label_en") }},
            weekdays.label_zh, cast(weekdays.weekday_number as {{ dbt.type_string() }})
        )

),

final as (

    select
        operators.operator_id,
        days.day_offset,
        row_number() over (partition by days.day_offset order by {{ by_bytes("operators.operator_id") }}) as place,
        count(*) over (partition by days.day_offset) as operators
    from {{ ref("stg_operators") }} as operators
    cross join {{ ref("int_contact_days") }} as days
    left join resting
        on operators.operator_id = resting.operator_id and days.weekday_number = resting.weekday_number
    where coalesce(operators.active, true) and resting.operator_id is null

)

select * from final
