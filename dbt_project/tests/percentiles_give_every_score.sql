-- policy: recency and monetary are cut at four percentiles and frequency at three, so that scores reach 5; value tiers
-- are ranked from 1 without a gap, the first without a percentile, each later one above a higher one
with tiers as (

    select
        tier_rank,
        above_percentile,
        row_number() over (order by tier_rank) as place,
        lag(above_percentile) over (order by tier_rank) as percentile_below
    from {{ ref("value_tiers") }}

),

needed as (

    select 'recency' as metric, 4 as cuts
    union all
    select 'frequency' as metric, 3 as cuts
    union all
    select 'monetary' as metric, 4 as cuts

),

given as (

    select
        metric,
        count(*) as all_cuts,
        count(distinct case when percentile > 0 and percentile < 100 then percentile end) as cuts
    from {{ ref("rfm_percentiles") }}
    group by metric

)

select coalesce(needed.metric, given.metric) as metric, given.all_cuts as number
from needed
full outer join given on needed.metric = given.metric
where needed.cuts is null or given.cuts is null or given.cuts <> needed.cuts or given.all_cuts <> needed.cuts

union all

select 'lifetime_monetary' as metric, tier_rank as number
from tiers
where
    tier_rank <> place
    or (place = 1) <> (above_percentile is null)
    or (place > 2 and above_percentile <= percentile_below)
