{{ newest_version(
    "operators",
    key=["operator_id"],
    values=["user_id", "name", "active", "max_groups", "max_people", "days_off"],
) }}
