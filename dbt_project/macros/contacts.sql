{#- The calendar quarter whose control group a day belongs to, such as 2026Q1. -#}
{% macro holdout_period(day) -%}
    cast(extract(year from {{ day }}) as {{ dbt.type_string() }})
    || 'Q' || cast(extract(quarter from {{ day }}) as {{ dbt.type_string() }})
{%- endmacro %}

{#- The day that many days later (or earlier, where negative). -#}
{% macro days_after(day, days) -%}
    cast({{ dbt.dateadd("day", days, day) }} as date)
{%- endmacro %}

{#- A full hour of the day as text, 09:00. -#}
{% macro hour_text(hour) -%}
    lpad(cast({{ hour }} as {{ dbt.type_string() }}), 2, '0') || ':00'
{%- endmacro %}

{#- Per person: whether any of the user rows has a phone number, and a chat id. -#}
{% macro handles_of_persons() -%}
    select
        person_id,
        max(case when has_phone then 1 else 0 end) = 1 as has_phone,
        max(case when has_wecom_id then 1 else 0 end) = 1 as has_chat_id
    from {{ ref("customers") }}
    group by person_id
{%- endmacro %}
