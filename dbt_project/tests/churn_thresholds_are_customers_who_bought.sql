-- churn_thresholds explains the threshold of exactly the customers with a purchase, and it is the one that they have
select
    coalesce(lifecycle.user_id, thresholds.user_id) as user_id,
    lifecycle.churn_after_days,
    thresholds.churn_after_days as explained_days
from (select * from {{ ref("customer_lifecycle") }} where purchases > 0) as lifecycle
full outer join {{ ref("churn_thresholds") }} as thresholds on lifecycle.user_id = thresholds.user_id
where
    lifecycle.user_id is null
    or thresholds.user_id is null
    or lifecycle.purchases <> thresholds.own_gaps + 1
    or lifecycle.churn_after_days <> thresholds.churn_after_days
    or lifecycle.at_risk_after_days <> thresholds.at_risk_after_days
    or lifecycle.threshold_source <> thresholds.threshold_source
