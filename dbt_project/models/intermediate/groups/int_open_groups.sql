-- one row per group whose code new people may be shown, with the stratum that it is for
select
    group_id,
    group_name,
    rung,
    inside,
    pending,
    operator_id,
    {{ stratum_of(
        "group_kind", "rung", "coalesce(city, province, country, '')", "coalesce(channel, '')", "coalesce(tier_band, '')",
        "cohort"
    ) }} as stratum
from {{ ref("groups") }}
where shows_code
