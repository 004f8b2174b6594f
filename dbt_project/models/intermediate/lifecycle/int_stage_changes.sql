-- one row per customer of this release or the previous one: the stage then and now, and what moved it
with previous_stages as (

    select * from {{ ref("int_previous_lifecycle") }}

),

previous_histories as (

    select * from {{ ref("int_previous_histories") }}

),

previous_night as (

    select max(as_of_date) as previous_date from previous_stages

),

-- what the previous release would have known of today's rows
histories as (

    select
        purchases.user_id,
        count(*) as purchases,
        sum({{ squared_day("purchases.purchase_date") }}) as purchase_days_squared
    from {{ ref("int_purchases") }} as purchases
    inner join previous_night on purchases.purchase_date <= previous_night.previous_date
    group by purchases.user_id

),

compared as (

    select
        coalesce(previous_stages.user_id, lifecycle.user_id) as user_id,
        previous_stages.stage as from_stage,
        lifecycle.stage as to_stage,
        coalesce(histories.purchases, 0) <> previous_histories.purchases
        or coalesce(histories.purchase_days_squared, 0) <> previous_histories.purchase_days_squared
        or (
            lifecycle.purchases = 0
            and coalesce(customers.registered_date, {{ epoch_date() }})
            <> coalesce(previous_histories.registered_date, {{ epoch_date() }})
        ) as is_corrected,
        lifecycle.purchases > previous_histories.purchases as has_bought,
        case
            when lifecycle.purchases = 0 then 'cold_lead'
            else {{ lifecycle_stage(
                "lifecycle.purchases", "lifecycle.recency_days", "previous_stages.churn_after_days",
                "previous_stages.at_risk_after_days", "previous_stages.stage = 'reactivated'"
            ) }}
        end as stage_by_silence
    from previous_stages
    full outer join {{ ref("int_lifecycle") }} as lifecycle on previous_stages.user_id = lifecycle.user_id
    left join {{ ref("int_customers") }} as customers on lifecycle.user_id = customers.user_id
    left join previous_histories on previous_stages.user_id = previous_histories.user_id
    left join histories on lifecycle.user_id = histories.user_id

),

final as (

    select
        compared.user_id,
        compared.from_stage,
        compared.to_stage,
        case
            when compared.from_stage is null or compared.to_stage is null or compared.from_stage = compared.to_stage
                then null
            when compared.is_corrected then 'correction'
            when compared.has_bought then 'purchase'
            when compared.to_stage = compared.stage_by_silence then 'silence'
            else 'calibration'
        end as cause,
        coalesce({{ days_between("previous_night.previous_date", as_of_date()) }} - 1, 0) as missed_nights
    from compared
    cross join previous_night

)

select * from final
