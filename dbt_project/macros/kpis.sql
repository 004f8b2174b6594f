{#- What the KPIs compute alike on every engine. -#}

{#- The first day of a date's month. -#}
{% macro month_of(date) -%}
    cast({{ dbt.date_trunc("month", date) }} as date)
{%- endmacro %}

{#-
    A part of a whole, both counts, as decimal(18,6), rounded half up with integers: a double's last digit may differ
    between engines. Null where the whole is 0.
-#}
{% macro share(part, whole) -%}
    {%- set doubled = "(2000000 * " ~ part ~ " + " ~ whole ~ ")" -%}
    {%- set divisor = "nullif(2 * " ~ whole ~ ", 0)" -%}
    cast(cast(({{ doubled }} - {{ doubled }} % {{ divisor }}) / {{ divisor }} as bigint) * 0.000001 as decimal(18, 6))
{%- endmacro %}
