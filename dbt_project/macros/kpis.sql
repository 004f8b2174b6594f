{#- What the KPIs compute alike on every engine. -#}

{#- The first day of a date's month. -#}
{% macro month_of(date) -%}
    cast({{ dbt.date_trunc("month", date) }} as date)
{%- endmacro %}
