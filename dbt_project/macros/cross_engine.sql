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

{#- A number as a 64-bit float, for formulas with ln and exp. -#}
{% macro as_double(number) -%}
    {{ adapter.dispatch("as_double", "muster")(number) }}
{%- endmacro %}

{% macro default__as_double(number) -%}
    cast({{ number }} as double precision)
{%- endmacro %}

{% macro duckdb__as_double(number) -%}
    cast({{ number }} as double)
{%- endmacro %}
