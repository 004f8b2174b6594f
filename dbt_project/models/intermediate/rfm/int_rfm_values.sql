-- one row per metric and distinct value on the scale that is scored (recency negated), with its customers
with metrics as (

    select * from {{ ref("int_customer_totals") }} where lifetime_purchases > 0

),

final as (

    select 'recency' as metric, cast(-recency_days as decimal(18, 2)) as value, count(*) as customers
    from metrics
    where frequency > 0
    group by recency_days

    union all

    select 'frequency' as metric, cast(frequency as decimal(18, 2)) as value, count(*) as customers
    from metrics
    where frequency > 0
    group by frequency

    union all

    select 'monetary' as metric, monetary as value, count(*) as customers
    from metrics
    where frequency > 0
    group by monetary

    union all

    select 'lifetime_monetary' as metric, lifetime_monetary as value, count(*) as customers
    from metrics
    group by lifetime_monetary

)

select * from final
