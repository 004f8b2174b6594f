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

{#-
    Learn the tables of the release before, at the start of a run and before any thread asks. dbt's cache takes a schema
    for known from its first table on: whoever asks while others are still being added finds them missing.
-#}
{% macro know_previous_release() -%}
    {%- if execute -%}
        {%- for name, layer in var("layers").items() if name.startswith("previous_") -%}
            {%- do adapter.get_relation(database=layer.database, schema=layer.schema, identifier="") -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
