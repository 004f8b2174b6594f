-- one row per repeat purchases, days to the last one and age that customers have: what purchase models are fitted to
{{ config(materialized=var("seldom_read_as", "view")) }}  -- read on the nights of a fit alone
with customers as (

    select * from {{ ref("int_value_customers") }}

),

final as (

    select
        repeat_purchases,
        days_to_last_purchase,
        customer_age_days,
        count(*) as customers
    from customers
    group by repeat_purchases, days_to_last_purchase, customer_age_days

)

select * from final
