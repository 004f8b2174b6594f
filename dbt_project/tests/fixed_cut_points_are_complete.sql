-- policy: a metric with any row in rfm_fixed_cut_points has one at every percentile that it is otherwise cut at, once,
-- in ascending order; frequency also at percentile 0, at 1, so that F1 stays the one-time buyer
with fixed as (

    select
        metric,
        percentile,
        cut_value,
        lag(cut_value) over (partition by metric order by percentile, cut_value) as cut_below,
        count(*) over (partition by metric, percentile) as times
    from {{ ref("rfm_fixed_cut_points") }}

),

percentiles as (

    select metric, percentile from {{ ref("rfm_percentiles") }}
    union all
    select 'frequency' as metric, 0 as percentile
    union all
    select 'lifetime_monetary' as metric, above_percentile as percentile
    from {{ ref("value_tiers") }}
    where above_percentile is not null

),

needed as (

    select metric, percentile
    from percentiles
    where metric in (select metric from fixed)

)

select
    coalesce(needed.metric, fixed.metric) as metric,
    coalesce(needed.percentile, fixed.percentile) as percentile,
    fixed.cut_value
from needed
full outer join fixed on needed.metric = fixed.metric and needed.percentile = fixed.percentile
where
    needed.metric is null
    or fixed.cut_value is null
    or fixed.cut_value < fixed.cut_below
    or fixed.times > 1
    or (fixed.metric = 'frequency' and fixed.percentile = 0 and fixed.cut_value <> 1)
