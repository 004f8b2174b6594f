-- one row per customer with a purchase: where the churn threshold comes from, step by step
select
    {{ as_of_date() }} as as_of_date,
    thresholds.user_id,
    thresholds.own_gaps,
    thresholds.own_gap_days,
    thresholds.bucket,
    thresholds.prior_source,
    thresholds.prior_channel,
    thresholds.prior_days,
    thresholds.threshold_source,
    thresholds.blended_days,
    thresholds.churn_after_days,
    thresholds.at_risk_after_days
from {{ ref("int_churn_thresholds") }} as thresholds
inner join {{ ref("int_lifecycle") }} as lifecycle
    on thresholds.user_id = lifecycle.user_id and thresholds.after_purchase = lifecycle.purchases
