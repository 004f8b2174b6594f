{{ newest_version(
    "surveys",
    key=["user_id", "question"],
    values=["answered_at", "answer"],
) }}
