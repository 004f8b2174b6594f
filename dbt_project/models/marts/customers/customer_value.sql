-- one row per customer with at least one purchase: who is still there, and what the next 90 days will bring
with customers as (

    select
        *,
        -- the mean spend in cents, rounded half away from zero with integers: (2 * spend + x) / (2 * x)
        cast(repeat_spend * 200 as bigint) + repeat_purchases as twice_spend
    from {{ ref("int_value_customers") }}

),

model as (

    select * from {{ ref("int_value_model") }}

),

reasons as (

    select * from {{ ref("value_reasons") }}

),

expected as (

    select
        customers.*,
        model.model,
        model.reason_code,
        case
            when model.r is null then null
            -- nobody leaves before a chance to
            when customers.repeat_purchases + model.chances_before_repeats = 0 then 1
            else 1 / (1 + exp(least(
                ln(model.a / (model.b + customers.repeat_purchases + model.chances_before_repeats - 1))
                + (model.r + customers.repeat_purchases) * ln(
                    (model.alpha_days + customers.customer_age_days)
                    / (model.alpha_days + customers.days_to_last_purchase)
                ), 700
            )))
        end as p_alive,
        expectations.purchases_90d_if_alive,
        model.p * (model.v + customers.repeat_spend)
        / (model.p * customers.repeat_purchases + model.q - 1) as spend_per_purchase
    from customers
    cross join model
    left join {{ ref("int_value_expectations") }} as expectations
        on customers.repeat_purchases = expectations.repeat_purchases
        and customers.customer_age_days = expectations.customer_age_days

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        expected.user_id,
        expected.repeat_purchases,
        expected.days_to_last_purchase,
        expected.customer_age_days,
        cast(case
            when expected.repeat_purchases > 0
                then
                    (expected.twice_spend - expected.twice_spend % (2 * expected.repeat_purchases))
                    / (2 * expected.repeat_purchases) * 0.01
        end as decimal(18, 2)) as mean_repeat_spend,
        expected.model,
        {{ as_decimal("expected.p_alive", 18, 6) }} as p_alive,
        {{ as_decimal("expected.p_alive * expected.purchases_90d_if_alive", 18, 6) }} as expected_purchases_90d,
        {{ as_decimal("expected.spend_per_purchase", 18, 2) }} as expected_spend_per_purchase,
        {{ as_decimal(
            "expected.p_alive * expected.purchases_90d_if_alive * expected.spend_per_purchase", 18, 2
        ) }} as expected_value_90d,
        expected.reason_code,
        reasons.label_en as reason_en,
        reasons.label_zh as reason_zh
    from expected
    left join reasons on expected.reason_code = reasons.reason_code

)

select * from final
