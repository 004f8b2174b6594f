-- one row per customer with counted orders: what RFM scores (those with a purchase) and totals of the others
with day_nets as (

    select
        customers.user_id,
        all_nets.net_date,
        all_nets.day_net,
        all_nets.day_net > 0 as is_purchase,
        {{ days_between("all_nets.net_date", as_of_date()) }} < {{ policy("rfm_window_days") }} as is_in_window
    from {{ ref("int_day_nets") }} as all_nets
    inner join {{ ref("int_customers") }} as customers on all_nets.user_id = customers.user_id

),

totals as (

    select
        user_id,
        min(case when is_purchase then net_date end) as first_purchase_date,
        max(case when is_purchase then net_date end) as last_purchase_date,
        sum(case when is_purchase and is_in_window then 1 else 0 end) as frequency,
        sum(case when is_in_window then day_net else 0 end) as monetary,
        sum(case when is_purchase then 1 else 0 end) as lifetime_purchases,
        sum(day_net) as lifetime_monetary
    from day_nets
    group by user_id

),

final as (

    select
        user_id,
        first_purchase_date,
        last_purchase_date,
        cast({{ days_between("last_purchase_date", as_of_date()) }} as integer) as recency_days,
        cast(frequency as integer) as frequency,
        cast(monetary as decimal(18, 2)) as monetary,
        cast(lifetime_purchases as integer) as lifetime_purchases,
        cast(lifetime_monetary as decimal(18, 2)) as lifetime_monetary
    from totals

)

select * from final
