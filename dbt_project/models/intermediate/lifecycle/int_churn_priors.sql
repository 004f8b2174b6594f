-- one row per acquisition channel (one without, for who has none) and bucket: the prior, and the pool that it is from
with pools as (

    select
        pool_kind,
        pool,
        bucket,
        min(wait_days) as prior_days
    from {{ ref("int_survival") }}
    where has_most_returned
    group by pool_kind, pool, bucket

),

channels as (

    select distinct users.channel
    from {{ ref("int_customers") }} as customers
    left join {{ ref("stg_users") }} as users on customers.user_id = users.user_id

),

buckets as (

    select 1 as bucket
    union all
    select 2 as bucket
    union all
    select 3 as bucket

),

final as (

    select
        channels.channel,
        buckets.bucket,
        coalesce(of_channel.prior_days, of_all.prior_days, {{ policy("churn_default_days") }}) as prior_days,
        case
            when of_channel.prior_days is not null then 'channel'
            when of_all.prior_days is not null then 'all'
            else 'default'
        end as prior_source
    from channels
    cross join buckets
    left join pools as of_channel
        on of_channel.pool_kind = 'channel'
        and channels.channel = of_channel.pool
        and buckets.bucket = of_channel.bucket
    left join pools as of_all on of_all.pool_kind = 'all' and buckets.bucket = of_all.bucket

)

select * from final
