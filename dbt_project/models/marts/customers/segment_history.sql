-- one row per customer and period in which segment, stage and value tier stayed the same; valid_to is the first night
-- that found something else, null while the period lasts
with today as (

    select user_id, segment, stage, value_tier from {{ ref("customers") }}

),

previous as (

    {{ previous_release("marts", "segment_history", {
        "user_id": dbt.type_string(), "valid_from": "date", "valid_to": "date", "segment": dbt.type_string(),
        "stage": dbt.type_string(), "value_tier": dbt.type_string(),
    }) }}

),

carried as (

    select
        previous.user_id,
        previous.valid_from,
        case
            when previous.valid_to is null and today.user_id is null then {{ as_of_date() }}
            else previous.valid_to
        end as valid_to,
        previous.segment,
        previous.stage,
        previous.value_tier
    from previous
    left join today
        on previous.user_id = today.user_id
        and previous.segment = today.segment
        and previous.stage = today.stage
        and coalesce(previous.value_tier, '') = coalesce(today.value_tier, '')

),

begun as (

    select
        today.user_id,
        {{ as_of_date() }} as valid_from,
        cast(null as date) as valid_to,
        today.segment,
        today.stage,
        today.value_tier
    from today
    left join carried on today.user_id = carried.user_id and carried.valid_to is null
    where carried.user_id is null

),

periods as (

    select * from carried
    union all
    select * from begun

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        user_id,
        valid_from,
        valid_to,
        segment,
        stage,
        value_tier
    from periods

)

select * from final
