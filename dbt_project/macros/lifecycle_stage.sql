{#-
    CONTRACT section 3, "Lifecycle": the first stage that fits a customer with purchases. Arguments are SQL: the number
    of purchases, days since the last one, both thresholds in days, and whether the last purchase ended a churn.
-#}
{% macro lifecycle_stage(purchases, recency_days, churn_after_days, at_risk_after_days, ended_churn) -%}
    case
        when {{ recency_days }} > {{ policy("lost_after_times") }} * {{ churn_after_days }} then 'lost'
        when {{ recency_days }} > {{ churn_after_days }} then 'churned'
        when {{ recency_days }} > {{ at_risk_after_days }} then 'at_risk'
        when
            {{ purchases }} >= 2 and {{ recency_days }} <= {{ policy("reactivated_days") }} and {{ ended_churn }}
            then 'reactivated'
        when {{ purchases }} = 1 and {{ recency_days }} <= {{ policy("new_days") }} then 'new'
        when {{ purchases }} = 1 then 'one_time'
        when {{ purchases }} >= {{ policy("loyal_purchases") }} then 'loyal'
        else 'repeat'
    end
{%- endmacro %}
