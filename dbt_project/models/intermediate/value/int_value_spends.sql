-- one row per repeat purchases and their spend together that customers have: what the spend model is fitted to
{{ config(materialized=var("seldom_read_as", "view")) }}  -- read on the nights of a fit alone
with repeat_customers as (

    select * from {{ ref("int_value_customers") }} where repeat_purchases > 0

),

final as (

    select
        repeat_purchases,
        repeat_spend,
        count(*) as customers
    from repeat_customers
    group by repeat_purchases, repeat_spend

)

select * from final
