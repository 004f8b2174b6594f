-- one row per customer: the stage, from the purchases up to as_of_date alone
with customers as (

    select * from {{ ref("int_customers") }}

),

thresholds as (

    select * from {{ ref("int_churn_thresholds") }}

),

waits as (

    select
        customers.user_id,
        {{ days_between("customers.registered_date", as_of_date()) }} as days_since_registration,
        coalesce(totals.lifetime_purchases, 0) as purchases,
        totals.recency_days,
        thresholds.churn_after_days,
        thresholds.at_risk_after_days,
        thresholds.threshold_source,
        coalesce(
            {{ days_between("before_last.purchase_date", "before_last.next_purchase_date") }}
            > thresholds_before.churn_after_days,
            false
        ) as ended_churn
    from customers
    left join {{ ref("int_customer_totals") }} as totals
        on customers.user_id = totals.user_id and totals.lifetime_purchases > 0
    left join thresholds
        on customers.user_id = thresholds.user_id and totals.lifetime_purchases = thresholds.after_purchase
    left join thresholds as thresholds_before
        on customers.user_id = thresholds_before.user_id
        and totals.lifetime_purchases - 1 = thresholds_before.after_purchase
    left join {{ ref("int_purchases") }} as before_last
        on customers.user_id = before_last.user_id
        and totals.lifetime_purchases - 1 = before_last.purchase_number

),

final as (

    select
        user_id,
        case
            when purchases > 0 then {{ lifecycle_stage(
                "purchases", "recency_days", "churn_after_days", "at_risk_after_days", "ended_churn"
            ) }}
            when days_since_registration between 0 and {{ policy("lead_days") }} then 'lead'
            else 'cold_lead'
        end as stage,
        cast(purchases as integer) as purchases,
        recency_days,
        at_risk_after_days,
        churn_after_days,
        threshold_source
    from waits

)

select * from final
