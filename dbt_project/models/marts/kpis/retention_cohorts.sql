-- one row per cohort, the month of the first purchase, and calendar month from then to as_of_date's
with months as (

    -- 125 years: raw orders before 1990 or after 2100 stop a night
    select cast(generated_number - 1 as integer) as months_since
    from ({{ dbt.generate_series(1500) }}) as numbers

),

cohorts as (

    select
        cohort,
        month,
        count(*) as customers,
        sum(has_purchase) as retained_buyers,
        sum(net_revenue) as net_revenue
    from {{ ref("int_buyer_months") }}
    group by cohort, month

),

-- everybody of a cohort bought in its first month
sizes as (

    select
        cohort,
        retained_buyers as cohort_buyers
    from cohorts
    where month = cohort

),

spine as (

    select
        sizes.cohort,
        sizes.cohort_buyers,
        months.months_since,
        cast({{ dbt.dateadd("month", "months.months_since", "sizes.cohort") }} as date) as month
    from sizes
    cross join months

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        spine.cohort,
        spine.month,
        spine.months_since,
        cast(spine.cohort_buyers as bigint) as cohort_buyers,
        cast(coalesce(cohorts.retained_buyers, 0) as bigint) as retained_buyers,
        {{ quotient("coalesce(cohorts.retained_buyers, 0)", "spine.cohort_buyers") }} as retention_rate,
        cast(coalesce(cohorts.net_revenue, 0) as decimal(18, 2)) as net_revenue
    from spine
    left join cohorts on spine.cohort = cohorts.cohort and spine.month = cohorts.month
    where spine.month <= {{ as_of_date() }}

)

select * from final
