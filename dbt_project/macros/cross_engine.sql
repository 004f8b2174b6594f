{#-
    The few places where engines differ and dbt has no macro of its own. Models call these; only here may a
    dispatched version for one engine stand.
-#}

{#- Whole days from one date to a later one. -#}
{% macro days_between(earlier, later) -%}
    {{ adapter.dispatch("days_between", "muster")(earlier, later) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    ({{ later }} - {{ earlier }})
{%- endmacro %}

{% macro duckdb__days_between(earlier, later) -%}
    date_diff('day', {{ earlier }}, {{ later }})
{%- endmacro %}

{#- Text in the order of its bytes, whatever the server's locale. -#}
{% macro by_bytes(text) -%}
    {{ adapter.dispatch("by_bytes", "muster")(text) }}
{%- endmacro %}

{% macro default__by_bytes(text) -%}
    {{ text }}
{%- endmacro %}

{#- The integer quotient, rounded down; for numbers that are not negative. -#}
{% macro whole_quotient(dividend, divisor) -%}
    cast((({{ dividend }}) - ({{ dividend }}) % ({{ divisor }})) / ({{ divisor }}) as integer)
{%- endmacro %}

{#- The type of a 64-bit float: for what is computed, never for what is published. -#}
{% macro type_double() -%}
    {{ adapter.dispatch("type_double", "muster")() }}
{%- endmacro %}

{% macro default__type_double() -%}
    double
{%- endmacro %}

{% macro postgres__type_double() -%}
    double precision
{%- endmacro %}

{#- The day that other days are counted from where only their number matters. -#}
{% macro epoch_date() -%}
    cast('1970-01-01' as date)
{%- endmacro %}
