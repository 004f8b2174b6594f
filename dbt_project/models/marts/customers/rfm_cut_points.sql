-- one row per metric and percentile: the smallest value that at least this share of customers does not exceed
with frequent as (

    -- F's quartiles are cut over those who bought twice; a single purchase always scores 1
    select *
    from {{ ref("int_rfm_values") }}
    where metric <> 'frequency' or value >= 2

),

cumulated as (

    select
        metric,
        value,
        sum(customers) over (partition by metric order by value) as customers_up_to,
        sum(customers) over (partition by metric) as customers_in_all
    from frequent

),

percentiles as (

    select metric, percentile from {{ ref("rfm_percentiles") }}
    union all
    select 'lifetime_monetary' as metric, above_percentile as percentile
    from {{ ref("value_tiers") }}
    where above_percentile is not null

),

measured as (

    select
        percentiles.metric,
        percentiles.percentile,
        min(cumulated.value) as cut_value
    from percentiles
    inner join cumulated
        on percentiles.metric = cumulated.metric
        and cumulated.customers_up_to * 100 >= percentiles.percentile * cumulated.customers_in_all
    group by percentiles.metric, percentiles.percentile

    union all

    select 'frequency' as metric, 0 as percentile, 1 as cut_value
    from {{ ref("int_rfm_values") }}
    where metric = 'frequency'
    group by metric

),

fixed as (

    select metric, percentile, cut_value from {{ ref("rfm_fixed_cut_points") }}

),

chosen as (

    select metric, percentile, cut_value from fixed
    union all
    select metric, percentile, cut_value from measured
    where metric not in (select metric from fixed)

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        metric,
        cast(percentile as integer) as percentile,
        cast(cut_value as decimal(18, 2)) as cut_value
    from chosen

)

select * from final
