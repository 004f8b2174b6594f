-- one row per user, kind of community event and day: how often it happened, events below their kind's minimum left out
with final as (

    select
        events.user_id,
        events.event_type,
        cast(events.occurred_at as date) as active_date,
        kinds.is_engagement,
        kinds.is_advocacy,
        count(*) as events
    from {{ ref("stg_community_events") }} as events
    inner join {{ ref("community_event_kinds") }} as kinds on events.event_type = kinds.event_type
    where kinds.min_value is null or events.value >= kinds.min_value
    group by
        events.user_id,
        events.event_type,
        cast(events.occurred_at as date),
        kinds.is_engagement,
        kinds.is_advocacy

)

select * from final
