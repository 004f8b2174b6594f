-- one row per stratum whose open groups will invite more people than tonight's places: so many wait for the next wave
with backlogs as (

    select
        stratum,
        cast(sum(greatest(invitations - free, 0)) as integer) as people
    from {{ ref("int_group_rooms") }}
    group by stratum

),

final as (

    select
        backlogs.stratum,
        backlogs.people,
        coalesce(seats.seats, 0) as seats
    from backlogs
    left join (
        select stratum, count(*) as seats from {{ ref("int_group_seats") }} group by stratum
    ) as seats on backlogs.stratum = seats.stratum
    where backlogs.people > 0

)

select * from final
