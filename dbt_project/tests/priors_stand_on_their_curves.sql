-- a pool with gaps enough and a used day has one prior per bucket, another has none; a threshold names a curve's prior
with pools as (

    select
        pool_kind,
        pool,
        bucket,
        sum(case when used then 1 else 0 end) as used_days,
        sum(returned) as returned,
        sum(case when is_prior then 1 else 0 end) as priors,
        sum(case when is_prior and not used then 1 else 0 end) as unused_priors,
        max(case when is_prior then day end) as prior_days
    from {{ ref("churn_priors") }}
    group by pool_kind, pool, bucket

),

quoted as (

    select distinct
        prior_source,
        coalesce(prior_channel, prior_source) as pool,
        bucket,
        prior_days
    from {{ ref("churn_thresholds") }}
    where prior_source <> 'default'

)

select
    pool_kind,
    pool,
    bucket,
    prior_days
from pools
where
    priors > 1
    or unused_priors > 0
    or (priors = 1) <> (used_days > 0 and returned >= {{ policy("churn_prior_min_gaps") }})

union all

select
    quoted.prior_source as pool_kind,
    quoted.pool,
    quoted.bucket,
    quoted.prior_days
from quoted
left join pools
    on quoted.prior_source = pools.pool_kind
    and quoted.pool = pools.pool
    and quoted.bucket = pools.bucket
where pools.prior_days is null or pools.prior_days <> quoted.prior_days
