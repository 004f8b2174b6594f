-- one row per person and kind of group who waits: for what, and how many more like this a group would need
with left_over as (

    select
        places.person_id,
        places.group_kind,
        places.waits_for,
        strata.stratum
    from {{ ref("int_group_places") }} as places
    inner join {{ ref("int_group_strata") }} as strata
        on places.profile = strata.profile and places.group_kind = strata.group_kind
    where places.stratum is null

),

crowds as (

    select
        left_over.stratum,
        max({{ as_double("acceptance.acceptance") }}) as acceptance,
        count(*) as people
    from left_over
    inner join {{ ref("int_group_acceptance") }} as acceptance on left_over.group_kind = acceptance.group_kind
    group by left_over.stratum

),

-- how many would have to be invited for the missing ones to come, chance left aside
needed as (

    select
        stratum,
        cast(greatest(
            ceiling(({{ policy("group_least_size") }} - {{ expected_people("people", "acceptance") }}) / acceptance), 1
        ) as integer) as missing
    from crowds

),

final as (

    select
        left_over.person_id,
        left_over.group_kind,
        coalesce(max(left_over.waits_for), 'too_few') as reason_code,
        case when max(left_over.waits_for) is null then min(needed.missing) end as missing
    from left_over
    inner join needed on left_over.stratum = needed.stratum
    group by left_over.person_id, left_over.group_kind

    union all

    select
        person_id,
        group_kind,
        waits_for as reason_code,
        cast(null as integer) as missing
    from {{ ref("int_group_places") }}
    where stratum is not null and group_id is null and opening is null

)

select * from final
