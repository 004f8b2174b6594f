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

{#- A state table of the previous release, or no rows of the same columns before the first one. -#}
{% macro previous_state(table, columns) -%}
    {%- set relation = adapter.get_relation(
        database=var("previous_database", target.database), schema="state", identifier=table
    ) if execute else none -%}
    {%- if relation -%}
        select {{ columns | join(", ") }} from {{ relation }}
    {%- else -%}
        select
        {%- for name, type in columns.items() %}
            cast(null as {{ type }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
        where 1 = 0
    {%- endif -%}
{%- endmacro %}
