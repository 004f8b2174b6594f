-- one row per repeat purchases and age that customers have: purchases to expect within 90 days of who has not left
{# With R = r + x and tau = t / (alpha + T), a customer who leaves with probability p makes (1 - (1 + p tau)^-R) / p
    purchases; int_value_nodes weighs p. Terms are summed as decimals: any order of summation gives the same. #}
with model as (

    select * from {{ ref("int_value_model") }} where r is not null

),

ages as (

    select distinct repeat_purchases, customer_age_days from {{ ref("int_value_customers") }}

),

rates as (

    select
        ages.repeat_purchases,
        ages.customer_age_days,
        model.r + ages.repeat_purchases as rate_shape,
        90 / (model.alpha_days + ages.customer_age_days) as tau
    from ages
    cross join model

),

terms as (

    select
        rates.repeat_purchases,
        rates.customer_age_days,
        nodes.weight,
        case
            -- the first terms of its series, where 1 - 1 would leave nothing
            when (rates.rate_shape + 1) * nodes.p * rates.tau < 0.0001
                then
                    rates.rate_shape * rates.tau * (
                        1 - (rates.rate_shape + 1) * nodes.p * rates.tau / 2
                        * (1 - (rates.rate_shape + 2) * nodes.p * rates.tau / 3)
                    )
            else (1 - exp(-least(rates.rate_shape * ln(1 + nodes.p * rates.tau), 700))) / nodes.p
        end as purchases
    from rates
    inner join {{ ref("int_value_nodes") }} as nodes on rates.repeat_purchases = nodes.repeat_purchases

),

summed as (

    select
        repeat_purchases,
        customer_age_days,
        sum(weight) as weight,
        sum({{ as_decimal("weight * purchases", 38, 18) }}) as weighted_purchases
    from terms
    group by repeat_purchases, customer_age_days

),

final as (

    select
        repeat_purchases,
        customer_age_days,
        {{ as_double("weighted_purchases") }} / {{ as_double("weight") }} as purchases_90d_if_alive
    from summed

)

select * from final
