-- one row per business day and channel with counted amounts
with amounts as (

    select
        net_date,
        channel,
        sum(amount) as gmv_net,
        sum(case when user_id is null then amount else 0 end) as gmv_anonymous,
        sum(case when side = 'completed' then 1 else 0 end) as orders,
        sum(case when side = 'refund' then -amount else 0 end) as refunds,
        sum(case when side = 'completed' and user_id is null then 1 else 0 end) as anonymous_orders
    from {{ ref("int_kpi_amounts") }}
    group by net_date, channel

),

purchases as (

    select
        purchase_date,
        channel,
        count(*) as buyers,
        sum(case when is_first then 1 else 0 end) as new_buyers
    from {{ ref("int_kpi_purchases") }}
    group by purchase_date, channel

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        amounts.net_date as date,
        amounts.channel,
        cast(amounts.gmv_net as decimal(18, 2)) as gmv_net,
        cast(amounts.gmv_anonymous as decimal(18, 2)) as gmv_anonymous,
        cast(amounts.orders as bigint) as orders,
        cast(coalesce(purchases.buyers, 0) as bigint) as buyers,
        cast(coalesce(purchases.new_buyers, 0) as bigint) as new_buyers,
        cast(amounts.refunds as decimal(18, 2)) as refunds,
        cast(amounts.anonymous_orders as bigint) as anonymous_orders,
        {{ quotient("amounts.anonymous_orders", "amounts.orders") }} as anonymous_share
    from amounts
    left join purchases on amounts.net_date = purchases.purchase_date and amounts.channel = purchases.channel

)

select * from final
