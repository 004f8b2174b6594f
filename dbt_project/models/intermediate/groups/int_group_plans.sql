-- one row per group that is to open tonight: what its people have in common, and its name up to the number
{%- set name_characters = 40 %}
with opened as (

    select
        places.group_kind,
        places.rung,
        places.stratum,
        places.opening,
        max(places.planned_size) as planned_size,
        min(places.profile) as one_of_them,
        count(*) as people
    from {{ ref("int_group_places") }} as places
    where places.opening is not null
    group by places.group_kind, places.rung, places.stratum, places.opening

),

final as (

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
        on opened.one_of_them = strata.profile and opened.stratum = strata.stratum
    left join (
        select tier_band, max(label_en) as label_en from {{ ref("tier_bands") }} group by tier_band
    ) as bands on strata.tier_band = bands.tier_band

)

select * from final
