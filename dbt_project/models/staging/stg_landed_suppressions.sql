{{ newest_version(
    "suppressions",
    key=["user_id", "phone_hash", "wecom_id_hash", "kind"],
    values=["since", "until", "reason"],
    as_of=false,
) }}
