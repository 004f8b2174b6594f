{#-
    A table of the release that state is carried from (the newest of an earlier as_of_date), or no rows of the same
    columns before the first one, where that release did not have the table yet, and in the run for the backtest day.
-#}
{% macro previous_release(schema, table, columns) -%}
    {%- set layer = var("layers").get("previous_" ~ schema) if execute else none -%}
    {%- set relation = adapter.get_relation(
        database=layer.database, schema=layer.schema, identifier=table
    ) if layer else none -%}
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
