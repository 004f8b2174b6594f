-- one row per profile, open kind of group and rung of its ladder that the profile has all parts of
with parts as (

    select
        profiles.profile,
        ladder.group_kind,
        ladder.rung,
        case when ladder.place = 'city' then profiles.city end as city,
        case when ladder.place = 'province' then profiles.province end as province,
        case when ladder.place = 'country' then profiles.country end as country,
        case when ladder.by_channel then profiles.channel end as channel,
        case when ladder.by_tier then profiles.tier_band end as tier_band,
        profiles.cohort,
        case ladder.place
            when 'city' then profiles.city
            when 'province' then profiles.province
            when 'country' then profiles.country
            else ''
        end as place,
        case when ladder.by_channel then profiles.channel else '' end as channel_part,
        case when ladder.by_tier then profiles.tier_band else '' end as tier_part
    from {{ ref("int_group_profiles") }} as profiles
    cross join {{ ref("group_ladder") }} as ladder
    inner join {{ ref("group_kinds") }} as kinds on ladder.group_kind = kinds.group_kind
    where kinds.is_open

),

keyed as (

    select
        parts.*,
        {{ stratum_of("group_kind", "rung", "place", "channel_part", "tier_part", "cohort") }} as stratum
    from parts

),

final as (

    select
        profile,
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
