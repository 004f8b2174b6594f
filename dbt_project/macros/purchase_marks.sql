{#- A day's part in the mark of a customer's purchases: the sum of these changes when one of them moves. -#}
{% macro squared_day(day) -%}
    cast({{ days_between(epoch_date(), day) }} as bigint) * {{ days_between(epoch_date(), day) }}
{%- endmacro %}
