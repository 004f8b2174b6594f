-- the cohorts hold everybody who bought once, and what they ever spent
with buyers as (

    select
        count(*) as number,
        coalesce(sum(lifetime_monetary), 0) as spend
    from {{ ref("customers") }}
    where lifetime_purchases > 0

),

cohorts as (

    select
        coalesce(sum(case when months_since = 0 then cohort_buyers else 0 end), 0) as number,
        coalesce(sum(net_revenue), 0) as spend
    from {{ ref("retention_cohorts") }}

)

select
    buyers.number as buyers,
    cohorts.number as cohort_buyers,
    buyers.spend,
    cohorts.spend as cohort_spend
from buyers
cross join cohorts
where buyers.number <> cohorts.number or buyers.spend <> cohorts.spend
