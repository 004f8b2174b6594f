-- one row per group that opens tonight: its name, by the kind's pattern, and what its people have in common
{%- set name_characters = 40 %}
with opened as (

    select
        places.group_kind,
        places.rung,
        places.stratum,
        places.opening,
        max(places.planned_size) as planned_size,
        min(places.person_id) as one_of_them,
        count(*) as people
    from {{ ref("int_group_places") }} as places
    where places.opening is not null
    group by places.group_kind, places.rung, places.stratum, places.opening

),

parts as (

    select
        opened.*,
        strata.city,
        strata.province,
        strata.country,
        strata.channel,
        strata.cohort,
        strata.tier_band,
        {{ name_prefix("kinds", "strata", "bands.label_en", name_characters - 6) }} as prefix
    from opened
    inner join {{ ref("group_kinds") }} as kinds on opened.group_kind = kinds.group_kind
    inner join {{ ref("int_group_strata") }} as strata
        on opened.one_of_them = strata.person_id and opened.stratum = strata.stratum
    left join (
        select tier_band, max(label_en) as label_en from {{ ref("tier_bands") }} group by tier_band
    ) as bands on strata.tier_band = bands.tier_band

),

-- as many numbers as there are names with the prefix and groups that want one: enough, whatever is taken
numbers as (

    select
        named.prefix,
        named.prefix
        || cast(row_number() over (partition by named.prefix order by named.key) as {{ dbt.type_string() }})
            as group_name,
        row_number() over (partition by named.prefix order by named.key) as number
    from (
        select prefix, stratum || '#' || cast(opening as {{ dbt.type_string() }}) as key from parts
        union all
        select prefixes.prefix, known.group_id as key
        from (select distinct prefix from parts) as prefixes
        inner join {{ ref("int_known_groups") }} as known
            on substr(known.group_name, 1, length(prefixes.prefix)) = prefixes.prefix
    ) as named

),

free as (

    select
        numbers.prefix,
        numbers.group_name,
        row_number() over (partition by numbers.prefix order by numbers.number) as place
    from numbers
    left join {{ ref("int_known_groups") }} as known on numbers.group_name = known.group_name
    where known.group_id is null

),

wanting as (

    select
        parts.*,
        row_number() over (partition by parts.prefix order by {{ by_bytes("stratum") }}, parts.opening) as place
    from parts

),

final as (

    select
        'G' || substr(md5(free.group_name), 1, 11) as group_id,
        wanting.group_kind,
        free.group_name,
        wanting.rung,
        wanting.stratum,
        wanting.opening,
        wanting.city,
        wanting.province,
        wanting.country,
        wanting.channel,
        wanting.cohort,
        wanting.tier_band,
        cast(wanting.planned_size as integer) as planned_size,
        wanting.people
    from wanting
    inner join free on wanting.prefix = free.prefix and wanting.place = free.place

)

select * from final
