-- one row per model and parameter: tonight's fit, or else the one that the previous release had
with fitted as (

    select
        model,
        parameter,
        value,
        log_likelihood,
        customers,
        repeat_customers,
        {{ as_of_date() }} as fitted_as_of_date
    from {{ source("raw", "fitted_parameters") }}
    where reason_code is null

),

previous as (

    {{ previous_release("marts", "model_parameters", {
        "model": dbt.type_string(),
        "parameter": dbt.type_string(),
        "value": "decimal(28, 12)",
        "log_likelihood": "decimal(18, 4)",
        "customers": "bigint",
        "repeat_customers": "bigint",
        "fitted_as_of_date": "date",
    }) }}

),

chosen as (

    select * from fitted
    union all
    select * from previous
    where model not in (select model from fitted)

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        model,
        parameter,
        cast(value as decimal(28, 12)) as value,
        cast(log_likelihood as decimal(18, 4)) as log_likelihood,
        customers,
        repeat_customers,
        fitted_as_of_date
    from chosen

)

select * from final
