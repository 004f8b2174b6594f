{{ newest_version(
    "friends",
    key=["account_id", "user_id"],
    values=["requested_at", "accepted_at", "removed_at"],
) }}
