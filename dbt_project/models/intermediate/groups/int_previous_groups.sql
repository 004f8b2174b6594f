-- one row per group of the previous release, with the id that the feeds know it by: found by its name where they are
-- new to it
with previous as (

    {{ previous_release("state", "group_registry", {
        "group_id": dbt.type_string(), "group_kind": dbt.type_string(), "group_name": dbt.type_string(),
        "origin": dbt.type_string(), "feed_group_id": dbt.type_string(), "rung": "integer", "city": dbt.type_string(),
        "province": dbt.type_string(), "country": dbt.type_string(), "channel": dbt.type_string(),
        "cohort": dbt.type_string(), "tier_band": dbt.type_string(), "planned_size": "integer", "opened_on": "date",
        "status": dbt.type_string(), "status_since": "date", "merge_into": dbt.type_string(),
    }) }}

),

-- the first of the feeds' groups that bears the name, and that is no other group's already
recognised as (

    select
        previous.group_id,
        min({{ by_bytes("feeds.feed_group_id") }}) as feed_group_id
    from previous
    inner join {{ ref("int_feed_groups") }} as feeds
        on previous.group_name = feeds.group_name or previous.group_id = feeds.feed_group_id
    left join previous as owners on feeds.feed_group_id = owners.feed_group_id
    where previous.feed_group_id is null and owners.group_id is null
    group by previous.group_id

),

final as (

    select
        previous.group_id,
        previous.group_kind,
        previous.group_name,
        previous.origin,
        coalesce(previous.feed_group_id, recognised.feed_group_id) as feed_group_id,
        previous.rung,
        previous.city,
        previous.province,
        previous.country,
        previous.channel,
        previous.cohort,
        previous.tier_band,
        previous.planned_size,
        previous.opened_on,
        previous.status,
        previous.status_since,
        previous.merge_into
    from previous
    left join recognised on previous.group_id = recognised.group_id

)

select * from final
