{{ newest_version(
    "group_members",
    key=["group_id", "user_id"],
    values=["joined_at", "left_at", "role", "group_name", "operator_id"],
) }}
