-- one row per customer and tag that the users feed tells in one word: age band, gender, region, occupation, channel
with profiles as (

    select
        users.user_id,
        users.birth_date,
        {{ lower_case("users.gender") }} as gender,
        coalesce(users.city, users.province, users.country) as region,
        users.occupation,
        users.channel
    from {{ ref("stg_users") }} as users
    inner join {{ ref("int_customers") }} as customers on users.user_id = customers.user_id

),

tags as (

    select
        profiles.user_id,
        'age_band' as category,
        bands.band as value,
        bands.label_en,
        bands.label_zh
    from profiles
    inner join {{ ref("age_bands") }} as bands
        on profiles.birth_date >= bands.born_from
        and (bands.born_to is null or profiles.birth_date <= bands.born_to)
    where profiles.birth_date <= {{ as_of_date() }}

    union all

    -- a spelling without a gender says that nobody knows
    select
        profiles.user_id,
        'gender' as category,
        coalesce(spellings.gender, profiles.gender) as value,
        spellings.label_en,
        spellings.label_zh
    from profiles
    left join {{ ref("gender_spellings") }} as spellings on profiles.gender = spellings.spelling
    where spellings.spelling is null or spellings.gender is not null

    union all

    select user_id, 'region' as category, region as value, null as label_en, null as label_zh from profiles

    union all

    select user_id, 'occupation' as category, occupation as value, null as label_en, null as label_zh
    from profiles
    where not {{ may_hold_handle("occupation") }}

    union all

    select user_id, 'acquisition_channel' as category, channel as value, null as label_en, null as label_zh
    from profiles

),

final as (

    select
        user_id,
        category,
        value,
        label_en,
        label_zh,
        'users' as source
    from tags
    where value is not null

)

select * from final
