{{ newest_version(
    "users",
    key=["user_id"],
    values=[
        "registered_at", "nickname", "channel", "entry_code", "store_id", "city", "province", "country", "gender",
        "birth_date", "milestone_date", "milestone_status", "occupation", "interests", "phone_hash",
        "wecom_id_hash", "email_hash", "referrer_user_id", "is_staff", "do_not_contact", "deleted_at",
    ],
    updated_at=true,
) }}
