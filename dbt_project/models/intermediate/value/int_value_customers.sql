-- one row per customer with at least one purchase: what the value models know of the customer
with purchases as (

    select * from {{ ref("int_purchases") }}

),

totals as (

    select
        user_id,
        min(purchase_date) as first_purchase_date,
        max(purchase_date) as last_purchase_date,
        cast(count(*) - 1 as integer) as repeat_purchases,
        cast(sum(case when purchase_number > 1 then day_net else 0 end) as decimal(18, 2)) as repeat_spend
    from purchases
    group by user_id

),

final as (

    select
        user_id,
        repeat_purchases,
        cast({{ days_between("first_purchase_date", "last_purchase_date") }} as integer) as days_to_last_purchase,
        cast({{ days_between("first_purchase_date", as_of_date()) }} as integer) as customer_age_days,
        repeat_spend
    from totals

)

select * from final
