-- one row per number of repeat purchases and node: points p of a customer's probability of leaving, with their weights
{# The trapezoidal rule in u, where logit(p) = centre + scale * sinh(u): what is integrated falls off doubly
    exponentially at both ends and is smooth between. 401 steps of 1/16 reach 1e-17 of the peak at every parameter that a
    fit may find; measured against a fine integral, the expectation is right to 3e-9. #}
with model as (

    select * from {{ ref("int_value_model") }} where r is not null

),

steps as (

    {{ dbt.generate_series(401) }}

),

nodes as (

    select
        exp((cast(generated_number as integer) - 201) / {{ as_double("16") }}) as growth
    from steps

),

betas as (

    select distinct
        customers.repeat_purchases,
        model.a,
        model.b + customers.repeat_purchases + model.chances_before_repeats as b
    from {{ ref("int_value_customers") }} as customers
    cross join model

),

centred as (

    select
        *,
        ln(a / b) as centre,
        least(pi(), sqrt(1 / a + 1 / b)) as scale,
        -- the logarithm of the peak's height: p = a / (a + b)
        a * ln(a / (a + b)) + b * ln(b / (a + b)) as peak
    from betas

),

logits as (

    select
        centred.*,
        centred.centre + centred.scale * (nodes.growth - 1 / nodes.growth) / 2 as logit,
        ln((nodes.growth + 1 / nodes.growth) / 2) as log_stretch
    from centred
    cross join nodes

),

weighed as (

    select
        repeat_purchases,
        least(logit, 0) - ln(1 + exp(-least(abs(logit), 700))) as log_p,
        a * least(logit, 0) - b * greatest(logit, 0) - (a + b) * ln(1 + exp(-least(abs(logit), 700)))
        - peak + log_stretch as log_weight
    from logits

),

final as (

    select
        repeat_purchases,
        exp(greatest(log_p, -300)) as p,
        {{ as_decimal("exp(log_weight)", 38, 18) }} as weight
    from weighed
    where log_weight > -40

)

select * from final
