{#- The day that other days are counted from where only their number matters. -#}
{% macro epoch_date() -%}
    cast('1970-01-01' as date)
{%- endmacro %}

{#- A day's part in the mark of a customer's purchases: the sum of these changes when one of them moves. -#}
{% macro squared_day(day) -%}
    cast({{ days_between(epoch_date(), day) }} as bigint) * {{ days_between(epoch_date(), day) }}
{%- endmacro %}
