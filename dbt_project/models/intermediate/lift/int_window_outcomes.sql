-- one row per person and window in which a contact may have an outcome, with what the person bought there
with windows as (

    select
        person_id,
        first_planned_date,
        window_end
    from {{ ref("int_episodes") }}
    union
    select
        person_id,
        first_planned_date,
        window_end
    from {{ ref("int_experiment_people") }}

),

people as (

    select distinct person_id from windows

),

members as (

    select
        people.person_id,
        -- who has left every population is known by the id alone
        coalesce(persons.user_id, people.person_id) as user_id
    from people
    left join {{ ref("persons") }} as persons on people.person_id = persons.person_id

),

days as (

    select
        windows.person_id,
        windows.first_planned_date,
        windows.window_end,
        day_nets.net_date,
        sum(day_nets.day_net) as day_net
    from windows
    inner join members on windows.person_id = members.person_id
    inner join {{ ref("int_day_nets") }} as day_nets
        on
        members.user_id = day_nets.user_id
        and day_nets.net_date between windows.first_planned_date and windows.window_end
    group by windows.person_id, windows.first_planned_date, windows.window_end, day_nets.net_date

),

ranked as (

    select
        *,
        row_number() over (
            partition by person_id, first_planned_date, window_end
            order by case when day_net > 0 then 0 else 1 end, net_date
        ) as purchase_number
    from days

),

final as (

    select
        person_id,
        first_planned_date,
        window_end,
        sum(case when day_net > 0 then 1 else 0 end) as purchases,
        cast(sum(day_net) as decimal(18, 2)) as net_revenue,
        cast(sum(case when day_net > 0 and purchase_number = 1 then day_net else 0 end) as decimal(18, 2))
            as first_value
    from ranked
    group by person_id, first_planned_date, window_end

)

select * from final
