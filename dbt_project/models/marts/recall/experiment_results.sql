-- one row per experiment and variant: what the variant's people bought, read once, against the control's
{% set figure = "decimal(28, 12)" %}
{% set known = ["experiment", "variant", "playbook", "metric", "is_control", "people"] %}
{% set columns = {
    "experiment": dbt.type_string(), "variant": dbt.type_string(), "playbook": dbt.type_string(),
    "metric": dbt.type_string(), "is_control": "boolean", "people": "bigint", "conversions": "bigint", "rate": figure,
    "rate_difference": figure, "rate_difference_low": figure, "rate_difference_high": figure, "rate_p_value": figure,
    "revenue": figure, "revenue_difference": figure, "revenue_difference_low": figure,
    "revenue_difference_high": figure, "revenue_p_value": figure, "split_p_value": figure,
} %}
{% set carried = dict(columns, verdict=dbt.type_string(), due_on="date", read_on="date") %}
with counted as (

    select * from {{ ref("int_variant_counts") }}

),

measured as (

    select
        variants.*, counted.playbook, counted.metric, counted.is_control, counted.due_on, {{ as_of_date() }} as read_on
    from {{ source("raw", "measured_variants") }} as variants
    inner join counted on variants.experiment = counted.experiment and variants.variant = counted.variant

),

previous as (

    {{ previous_release("marts", "experiment_results", carried) }}

),

everything as (

    select {{ carried | join(", ") }}, 1 as precedence from measured
    union all
    select {{ carried | join(", ") }}, 2 as precedence from previous
    where read_on is not null
    union all
    select
        {% for name, type in columns.items() -%}
            {{ name if name in known else "cast(null as " ~ type ~ ") as " ~ name }},
        {% endfor -%}
        case when due_on > {{ as_of_date() }} then 'not_due' else 'cannot_tell_yet' end as verdict,
        due_on,
        cast(null as date) as read_on,
        3 as precedence
    from counted

),

chosen as (

    select *, min(precedence) over (partition by experiment) as first_precedence
    from everything

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        {% for name, type in columns.items() -%}
            cast(chosen.{{ name }} as {{ type }}) as {{ name }},
        {% endfor -%}
        chosen.verdict,
        verdicts.label_en as verdict_en,
        verdicts.label_zh as verdict_zh,
        chosen.due_on,
        chosen.due_on <= {{ as_of_date() }} as is_due,
        chosen.read_on
    from chosen
    left join {{ ref("lift_verdicts") }} as verdicts on chosen.verdict = verdicts.verdict
    where chosen.precedence = chosen.first_precedence

)

select * from final
