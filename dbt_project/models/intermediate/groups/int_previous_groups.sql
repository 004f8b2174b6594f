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

alike as (

    select
        previous.group_id,
        feeds.feed_group_id,
        0 as by_name
    from previous
    inner join {{ ref("int_feed_groups") }} as feeds on previous.group_id = feeds.feed_group_id
    where previous.feed_group_id is null

    union all

    select
        previous.group_id,
        feeds.feed_group_id,
        1 as by_name
    from previous
    inner join {{ ref("int_feed_groups") }} as feeds on previous.group_name = feeds.group_name
    where previous.feed_group_id is null

),

-- a group of the feeds is one group alone: not another one's already, and its own id says more than its name
claimed as (

    select
        alike.group_id,
        alike.feed_group_id,
        row_number() over (
            partition by alike.feed_group_id order by alike.by_name, {{ by_bytes("alike.group_id") }}
        ) as place
    from alike
    left join previous as owners on alike.feed_group_id = owners.feed_group_id
    where owners.group_id is null

),

recognised as (

    select
        group_id,
        min({{ by_bytes("feed_group_id") }}) as feed_group_id
    from claimed
    where place = 1
    group by group_id

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
