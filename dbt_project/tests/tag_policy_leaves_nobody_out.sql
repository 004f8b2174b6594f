-- policy: the lowest fan level asks for nothing, exactly one cold start layer asks for no points, and no two age bands
-- share a day of birth
with bands as (

    select
        band,
        born_from,
        born_to,
        lead(born_from) over (order by born_from, band) as next_from
    from {{ ref("age_bands") }}

)

select 'fan_levels' as seed, count(*) as number
from {{ ref("fan_levels") }}
where rank = 1 and min_purchases = 0 and min_engagements = 0 and min_advocacy = 0
having count(*) <> 1

union all

select 'cold_start_layers' as seed, count(*) as number
from {{ ref("cold_start_layers") }}
where min_points = 0
having count(*) <> 1

union all

select 'age_bands' as seed, count(*) as number
from bands
where born_to < born_from or next_from <= born_to or (next_from is not null and born_to is null)
having count(*) > 0
