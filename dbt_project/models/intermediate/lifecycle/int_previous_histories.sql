-- one row per customer of the previous release: what it knew of registration and purchases
{{ previous_release("state", "purchase_histories", {
    "user_id": dbt.type_string(), "registered_date": "date", "purchases": "bigint",
    "purchase_days_squared": "bigint",
}) }}
