-- one row per night: the purchase model in use and the spend model with the parameters that may be used, or why not
with purchase_model as (

    select model from {{ ref("value_models") }} where purpose = 'purchases' and is_in_use

),

parameters as (

    select * from {{ ref("model_parameters") }}

),

failed as (

    select distinct model from {{ source("raw", "fitted_parameters") }} where reason_code is not null

),

repeat_customers as (

    select count(*) as customers from {{ ref("int_value_customers") }} where repeat_purchases > 0

),

found as (

    select
        purchase_model.model,
        {%- for name in ("r", "alpha", "a", "b", "p", "q", "v") %}
            max(case when parameter = '{{ name }}' then {{ as_double("value") }} end) as {{ name }},
        {%- endfor %}
        max(case when failed.model = purchase_model.model then 'fit_failed' end) as purchase_failure,
        max(case when failed.model = 'gamma_gamma' then 'fit_failed' end) as spend_failure
    from purchase_model
    left join parameters on parameters.model in (purchase_model.model, 'gamma_gamma')
    left join failed on failed.model in (purchase_model.model, 'gamma_gamma')
    group by purchase_model.model

),

reasons as (

    select
        found.*,
        case
            when repeat_customers.customers < {{ policy("value_min_repeat_buyers") }} then 'too_few_repeat_buyers'
            when found.r is null then coalesce(found.purchase_failure, 'not_fitted_yet')
        end as purchase_reason,
        case
            when found.q is null then coalesce(found.spend_failure, 'not_fitted_yet')
            -- the mean over all customers is p v / (q - 1)
            when found.q < 1.001 then 'no_finite_mean'
        end as spend_reason
    from found
    cross join repeat_customers

),

final as (

    select
        model,
        -- chances to leave for good before the first repeat purchase: what the two models differ in
        case when model = 'mbg_nbd' then 1 else 0 end as chances_before_repeats,
        case when purchase_reason is null then r end as r,
        case when purchase_reason is null then alpha * 7 end as alpha_days,
        case when purchase_reason is null then a end as a,
        case when purchase_reason is null then b end as b,
        case when purchase_reason is null and spend_reason is null then p end as p,
        case when purchase_reason is null and spend_reason is null then q end as q,
        case when purchase_reason is null and spend_reason is null then v end as v,
        coalesce(purchase_reason, spend_reason) as reason_code
    from reasons

)

select * from final
