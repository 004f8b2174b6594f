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
