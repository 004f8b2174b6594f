{#- What dbt-spark does otherwise than dbt elsewhere; dbt prefers a project's own version of its macros. -#}

{#- dbt-spark goes over seconds of the epoch, and a date is days. Any part of a date but those is an error. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- set functions = {"day": "date_add", "month": "add_months"} -%}
    {{ functions[datepart] }}(cast({{ from_date_or_timestamp }} as date), cast({{ interval }} as int))
{%- endmacro %}

{#-
    A seed is written at once, whole numbers as elsewhere: dbt-spark inserts an empty cell as the text None, a quote as
    the end of a text.
-#}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set given = model["config"].get("column_types", {}) -%}
    {%- set rows = agate_table.rows | list or [[none] * (agate_table.column_names | length)] -%}
    {% call statement("_") %}
        create table {{ this }} {{ file_format_clause() }} as
        select
        {%- for name in agate_table.column_names %}
            {%- set type = adapter.convert_type(agate_table, loop.index0) | replace("bigint", "integer") %}
            cast({{ name }} as {{ given.get(name, type) }}) as {{ name }}
            {{- "," if not loop.last }}
        {%- endfor %}
        from values
        {%- for row in rows %}
            ({% for cell in row %}{{ spark_text(cell) }}{{ ", " if not loop.last }}{% endfor %}){{ "," if not loop.last }}
        {%- endfor %}
        as cells ({{ agate_table.column_names | join(", ") }})
        where {{ agate_table.rows | length > 0 }}
    {% endcall %}
    {{ return("") }}
{%- endmacro %}

{% macro spark_text(cell) -%}
    {{ "null" if cell is none else "'" ~ cell | string | replace("\\", "\\\\") | replace("'", "''") ~ "'" }}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {{ return("") }}
{%- endmacro %}

{#- Parquet enforces no constraint, so what a contract says is never null is looked at on its way into the table. -#}
{% macro spark__get_select_subquery(sql) %}
    select
    {%- for column in model.columns.values() %}
        {%- if column.constraints | selectattr("type", "equalto", "not_null") | list %}
        coalesce({{ column.name }}, raise_error('{{ column.name }} is null')) as {{ column.name }}
        {%- else %}
        {{ column.name }}
        {%- endif %}
        {{- "," if not loop.last }}
    {%- endfor %}
    from (
        {{ sql }}
    ) as model_subquery
{% endmacro %}

{% macro spark__persist_constraints(relation, model) -%}
{%- endmacro %}
