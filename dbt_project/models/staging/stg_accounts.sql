{{ newest_version(
    "accounts",
    key=["account_id"],
    values=["operator_id", "active", "daily_add_limit", "daily_contact_limit"],
) }}
