-- one row per pool, bucket and day on which somebody came back: the survival curve behind the priors
with survival as (

    select * from {{ ref("int_survival") }}

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        {{ calibration_date() }} as calibration_date,
        pool_kind,
        pool,
        cast(bucket as integer) as bucket,
        wait_days as day,
        cast(at_risk as bigint) as at_risk,
        cast(returned as bigint) as returned,
        survival,
        is_used as used,
        has_most_returned and row_number() over (
            partition by pool_kind, pool, bucket order by case when has_most_returned then 0 else 1 end, wait_days
        ) = 1 as is_prior
    from survival

)

select * from final
