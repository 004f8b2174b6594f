-- one row per finest stratum of people who are worth a group: which group's code a new person of it should be shown
with strata as (

    select
        candidates.group_kind,
        persons.profile,
        cast(count(waiting.person_id) as integer) as waiting
    from {{ ref("int_group_candidates") }} as candidates
    inner join {{ ref("int_group_persons") }} as persons on candidates.person_id = persons.person_id
    left join {{ ref("int_group_waiting") }} as waiting
        on candidates.person_id = waiting.person_id and candidates.group_kind = waiting.group_kind
    where candidates.reason_code is null or candidates.reason_code = 'no_route'
    group by candidates.group_kind, persons.profile

),

-- the first rung with an open group; in it the one nearest to its least size
routes as (

    select
        keys.profile,
        keys.group_kind,
        known.group_id,
        known.group_name,
        known.rung,
        known.operator_id,
        least({{ policy("group_target_size") }}, {{ policy("group_most_size") }} - known.pending) - known.inside
            as free_places,
        row_number() over (
            partition by keys.profile, keys.group_kind
            order by
                known.rung,
                case when known.inside < {{ policy("group_least_size") }} then 0 else 1 end,
                known.inside desc,
                {{ by_bytes("known.group_name") }}
        ) as place
    from {{ ref("int_group_strata") }} as keys
    inner join {{ ref("int_open_groups") }} as known on keys.stratum = known.stratum

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        strata.group_kind || '|' || strata.profile as stratum,
        strata.group_kind,
        profiles.city,
        profiles.province,
        profiles.country,
        profiles.channel,
        profiles.cohort,
        profiles.tier_band,
        strata.waiting,
        routes.group_id,
        routes.group_name,
        routes.rung,
        routes.operator_id,
        cast(coalesce(routes.free_places, 0) as integer) as free_places
    from strata
    inner join {{ ref("int_group_profiles") }} as profiles on strata.profile = profiles.profile
    left join routes
        on strata.profile = routes.profile and strata.group_kind = routes.group_kind and routes.place = 1

)

select * from final
