-- one row per customer: the stage, since when, and the thresholds behind it
with lifecycle as (

    select * from {{ ref("int_lifecycle") }}

),

previous as (

    select * from {{ ref("int_previous_lifecycle") }}

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        lifecycle.user_id,
        lifecycle.stage,
        case when previous.stage = lifecycle.stage then previous.previous_stage else previous.stage end
            as previous_stage,
        case when previous.stage = lifecycle.stage then previous.stage_since else {{ as_of_date() }} end
            as stage_since,
        lifecycle.purchases,
        lifecycle.recency_days,
        lifecycle.at_risk_after_days,
        lifecycle.churn_after_days,
        lifecycle.threshold_source
    from lifecycle
    left join previous on lifecycle.user_id = previous.user_id

)

select * from final
