-- one row per person, open kind of group and rung of its ladder that the person has all parts of
with parts as (

    select
        persons.person_id,
        ladder.group_kind,
        ladder.rung,
        case when ladder.place = 'city' then persons.city end as city,
        case when ladder.place = 'province' then persons.province end as province,
        case when ladder.place = 'country' then persons.country end as country,
        case when ladder.by_channel then persons.channel end as channel,
        case when ladder.by_tier then persons.tier_band end as tier_band,
        persons.cohort,
        case ladder.place
            when 'city' then persons.city
            when 'province' then persons.province
            when 'country' then persons.country
            else ''
        end as place,
        case when ladder.by_channel then persons.channel else '' end as channel_part,
        case when ladder.by_tier then persons.tier_band else '' end as tier_part
    from {{ ref("int_group_persons") }} as persons
    cross join {{ ref("group_ladder") }} as ladder
    inner join {{ ref("group_kinds") }} as kinds on ladder.group_kind = kinds.group_kind
    where kinds.is_open and persons.cohort is not null

),

keyed as (

    select
        parts.*,
        {{ stratum_of("group_kind", "rung", "place", "channel_part", "tier_part", "cohort") }} as stratum
    from parts

),

final as (

    select
        person_id,
        group_kind,
        rung,
        stratum,
        city,
        province,
        country,
        channel,
        tier_band,
        cohort
    from keyed
    where stratum is not null

)

select * from final
