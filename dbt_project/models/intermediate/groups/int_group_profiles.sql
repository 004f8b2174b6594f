-- one row per profile: what decides which groups fit a person; many persons share one
select
    profile,
    min(city) as city,
    min(province) as province,
    min(country) as country,
    min(channel) as channel,
    min(tier_band) as tier_band,
    min(cohort) as cohort
from {{ ref("int_group_persons") }}
where profile is not null
group by profile
