{{ newest_version(
    "community_events",
    key=["event_id"],
    values=["occurred_at", "user_id", "event_type", "group_id", "value"],
) }}
