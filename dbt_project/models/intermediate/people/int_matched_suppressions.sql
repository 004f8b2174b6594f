-- one row per user and kind of suppression that lies on it, by user_id or by one of the user's handles.
-- is_as_of: it already lay there on as_of_date (statistics); a later one takes people off lists all the same
with suppressions as (

    select user_id, phone_hash, wecom_id_hash, kind, since, until from {{ ref("stg_suppressions") }}
    union
    select user_id, phone_hash, wecom_id_hash, kind, since, until from {{ ref("stg_landed_suppressions") }}

),

matched as (

    select users.user_id, suppressions.kind, suppressions.since, suppressions.until
    from suppressions
    inner join {{ ref("stg_users") }} as users on suppressions.phone_hash = users.phone_hash

    union all

    select users.user_id, suppressions.kind, suppressions.since, suppressions.until
    from suppressions
    inner join {{ ref("stg_users") }} as users on suppressions.wecom_id_hash = users.wecom_id_hash

    union all

    select user_id, kind, since, until
    from suppressions
    where user_id is not null

),

final as (

    select
        user_id,
        kind,
        max(case when since is null or cast(since as date) <= {{ as_of_date() }} then 1 else 0 end) = 1 as is_as_of
    from matched
    where until is null or cast(until as date) >= {{ as_of_date() }}
    group by user_id, kind

)

select * from final
