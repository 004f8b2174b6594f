-- one row per finest stratum of people who are worth a group: which group's code a new person of it should be shown
with people as (

    select
        candidates.person_id,
        candidates.group_kind,
        persons.city,
        persons.province,
        persons.country,
        persons.channel,
        persons.cohort,
        persons.tier_band,
        candidates.group_kind || '|' || coalesce(persons.city, '') || '|' || coalesce(persons.province, '') || '|'
        || coalesce(persons.country, '') || '|' || coalesce(persons.channel, '') || '|' || persons.cohort || '|'
        || persons.tier_band as stratum
    from {{ ref("int_group_candidates") }} as candidates
    inner join {{ ref("int_group_persons") }} as persons on candidates.person_id = persons.person_id
    where candidates.reason_code is null or candidates.reason_code = 'no_route'

),

strata as (

    select
        people.stratum,
        max(people.group_kind) as group_kind,
        max(people.city) as city,
        max(people.province) as province,
        max(people.country) as country,
        max(people.channel) as channel,
        max(people.cohort) as cohort,
        max(people.tier_band) as tier_band,
        min(people.person_id) as one_of_them,
        cast(count(waiting.person_id) as integer) as waiting
    from people
    left join {{ ref("int_group_waiting") }} as waiting
        on people.person_id = waiting.person_id and people.group_kind = waiting.group_kind
    group by people.stratum

),

-- the first rung with an open group; in it the one nearest to its least size
routes as (

    select
        strata.stratum,
        known.group_id,
        known.group_name,
        known.rung,
        known.operator_id,
        least({{ policy("group_target_size") }}, {{ policy("group_most_size") }} - known.pending) - known.inside
            as free_places,
        row_number() over (
            partition by strata.stratum
            order by
                known.rung asc,
                case when known.inside < {{ policy("group_least_size") }} then 0 else 1 end,
                known.inside desc,
                {{ by_bytes("known.group_name") }} asc
        ) as place
    from strata
    inner join {{ ref("int_group_strata") }} as keys
        on strata.one_of_them = keys.person_id and strata.group_kind = keys.group_kind
    inner join {{ ref("int_open_groups") }} as known on keys.stratum = known.stratum

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        strata.stratum,
        strata.group_kind,
        strata.city,
        strata.province,
        strata.country,
        strata.channel,
        strata.cohort,
        strata.tier_band,
        strata.waiting,
        routes.group_id,
        routes.group_name,
        routes.rung,
        routes.operator_id,
        cast(coalesce(routes.free_places, 0) as integer) as free_places
    from strata
    left join routes on strata.stratum = routes.stratum and routes.place = 1

)

select * from final
