-- one row per playbook, value tier (and all of them) and holdout period: what contacts changed, read once
{% set figure = "decimal(28, 12)" %}
{% set money = "decimal(18, 2)" %}
{% set known = [
    "playbook", "value_tier", "period", "contacted", "ghosts", "contacted_conversions", "ghost_conversions",
    "response_percent",
] %}
{% set columns = {
    "playbook": dbt.type_string(), "value_tier": dbt.type_string(), "period": dbt.type_string(),
    "contacted": "bigint", "ghosts": "bigint", "contacted_conversions": "bigint", "ghost_conversions": "bigint",
    "response_percent": "decimal(18, 6)", "compared": "bigint", "contacted_rate": figure, "ghost_rate": figure, "rate_difference": figure,
    "rate_difference_low": figure, "rate_difference_high": figure, "rate_p_value": figure, "smallest_effect": figure,
    "contacted_revenue": figure, "ghost_revenue": figure, "revenue_difference": figure,
    "revenue_difference_low": figure, "revenue_difference_high": figure, "revenue_p_value": figure,
    "incremental_revenue": money, "cost": money, "incremental_profit": money, "return_on_cost": figure,
} %}
{% set carried = dict(columns, verdict=dbt.type_string(), due_on="date", read_on="date") %}
with counted as (

    select * from {{ ref("int_lift_counts") }}

),

measured as (

    select lift.*, counted.response_percent, counted.due_on, {{ as_of_date() }} as read_on
    from {{ source("raw", "measured_lift") }} as lift
    left join counted
        on
        lift.playbook = counted.playbook
        and lift.value_tier = counted.value_tier
        and lift.period = counted.period

),

previous as (

    {{ previous_release("marts", "recall_lift", carried) }}

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

-- a playbook's period is read as a whole: nothing of it comes from elsewhere
chosen as (

    select *, min(precedence) over (partition by playbook, period) as first_precedence
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
