{{ newest_version(
    "contacts",
    key=["contact_id"],
    values=[
        "contacted_at", "user_id", "channel", "purpose", "campaign", "account_id", "operator_id", "result", "cost",
    ],
    as_of=false,
) }}
