-- one row per customer of the previous release: the stage of then and the thresholds behind it
{{ previous_release("marts", "customer_lifecycle", {
    "as_of_date": "date", "user_id": dbt.type_string(), "stage": dbt.type_string(),
    "previous_stage": dbt.type_string(), "stage_since": "date",
    "churn_after_days": "integer", "at_risk_after_days": "integer",
}) }}
