-- a stage says what recency and thresholds say; without a purchase there are none; thresholds keep their bounds
with lifecycle as (

    select
        user_id,
        stage,
        purchases,
        recency_days,
        at_risk_after_days,
        churn_after_days,
        threshold_source,
        case
            when purchases = 0 then 'no purchase'
            when recency_days > {{ policy("lost_after_times") }} * churn_after_days then 'lost'
            when recency_days > churn_after_days then 'churned'
            when recency_days > at_risk_after_days then 'at_risk'
            else 'active'
        end as found,
        case
            when stage in ('lead', 'cold_lead') then 'no purchase'
            when stage in ('lost', 'churned', 'at_risk') then stage
            else 'active'
        end as said
    from {{ ref("customer_lifecycle") }}

)

select *
from lifecycle
where
    found <> said
    or (purchases = 0) <> (recency_days is null)
    or (purchases = 0) <> (at_risk_after_days is null)
    or (purchases = 0) <> (churn_after_days is null)
    or (purchases = 0) <> (threshold_source is null)
    or at_risk_after_days > churn_after_days
    or churn_after_days not between {{ policy("churn_min_days") }} and {{ policy("churn_max_days") }}
    or (stage in ('new', 'one_time')) <> (purchases = 1 and found = 'active')
    or (stage = 'new' and recency_days > {{ policy("new_days") }})
    or (stage = 'reactivated' and (purchases < 2 or recency_days > {{ policy("reactivated_days") }}))
    or (stage = 'loyal' and purchases < {{ policy("loyal_purchases") }})
    or (stage = 'repeat' and purchases >= {{ policy("loyal_purchases") }})
