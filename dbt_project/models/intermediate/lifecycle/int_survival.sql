-- one row per pool, bucket and day on which somebody came back: the Kaplan-Meier estimate of who is still waiting
with pooled as (

    select 'channel' as pool_kind, channel as pool, bucket, wait_days, waits, returned
    from {{ ref("int_gap_counts") }}
    where channel is not null

    union all

    select 'all' as pool_kind, 'all' as pool, bucket, wait_days, sum(waits) as waits, sum(returned) as returned
    from {{ ref("int_gap_counts") }}
    group by bucket, wait_days

),

counted as (

    select
        *,
        sum(waits) over (partition by pool_kind, pool, bucket order by wait_days desc) as at_risk,
        sum(returned) over (partition by pool_kind, pool, bucket) as returned_in_all
    from pooled

),

survival as (

    -- the product of all factors so far as a sum of logarithms; a factor of zero, where all came back, has none
    select
        *,
        case
            when min(at_risk - returned) over (
                partition by pool_kind, pool, bucket order by wait_days rows unbounded preceding
            ) = 0 then 0
            else exp(sum(ln(
                {{ as_double("nullif(at_risk - returned, 0)") }} / {{ as_double("at_risk") }}
            )) over (partition by pool_kind, pool, bucket order by wait_days rows unbounded preceding))
        end as survival,
        at_risk >= {{ policy("churn_prior_min_at_risk") }} as is_used
    from counted
    where returned > 0

),

ends as (

    select
        *,
        min(case when is_used then survival end) over (partition by pool_kind, pool, bucket) as last_survival
    from survival

),

final as (

    select
        pool_kind,
        pool,
        bucket,
        wait_days,
        at_risk,
        returned,
        {{ as_decimal("survival", 18, 9) }} as survival,
        is_used,
        coalesce(
            is_used
            and returned_in_all >= {{ policy("churn_prior_min_gaps") }}
            and 1 - survival >= (1 - last_survival) * {{ policy("churn_return_percent") }} / 100.0 - 1e-9,
            false
        ) as has_most_returned
    from ends

)

select * from final
