{#-
    dbt's own macro (create_csv_table). dbt translates the type `string` in contracts, but not in column_types of
    seeds, and PostgreSQL has no such type; DuckDB and Spark do.
-#}
{% macro postgres__create_csv_table(model, agate_table) -%}
    {%- set types = model["config"].get("column_types") or {} -%}
    {%- for column, type in types.items() -%}
        {%- do types.update({column: api.Column.translate_type(type)}) -%}
    {%- endfor -%}
    {{ return(dbt.default__create_csv_table(model, agate_table)) }}
{%- endmacro %}
