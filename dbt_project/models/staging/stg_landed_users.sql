{{ newest_version(
    "users",
    key=["user_id"],
    values=["registered_at", "is_staff", "do_not_contact", "deleted_at"],
    updated_at=true,
    as_of=false,
) }}
