-- one row per day that contacts are planned for; is_open: nothing was handed out for it yet
with numbers as (

    select cast(generated_number as integer) as day_offset
    from ({{ dbt.generate_series(policy("contact_horizon_days") | int) }}) as numbers

),

days as (

    select
        day_offset,
        {{ days_after(as_of_date(), "day_offset") }} as planned_date
    from numbers

),

closed as (

    select max(planned_date) as until from {{ source("raw", "ledger") }} where event = 'closed'

),

final as (

    select
        days.day_offset,
        days.planned_date,
        {{ holdout_period("days.planned_date") }} as period,
        -- 1970-01-05 was a Monday
        {{ days_between("cast('1970-01-05' as date)", "days.planned_date") }} % 7 + 1 as weekday_number,
        coalesce(days.planned_date > closed.until, true) as is_open,
        days.day_offset <= {{ policy("contact_closed_days") }} as is_closing
    from days
    cross join closed

)

select * from final
