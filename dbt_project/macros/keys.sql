{#-
    A model's keys: lists of columns (`meta.keys` beside it) whose values no two of its rows share. They are held as the
    model is built, for a tenth of what a test node of dbt's costs.
-#}

{#- The keys whose values stand in more than one row, as (columns, values). -#}
{% macro repeated_keys(relation) -%}
    {%- for key in model.config.meta.get("keys", []) %}
    select
        '{{ key | join(", ") }}' as key_columns,
        count(*) as repeated
    from (select count(*) as held from {{ relation }} group by {{ key | join(", ") }} having count(*) > 1) as repeated_values
    having count(*) > 0
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Runs after each model, but where its materialization has looked itself. -#}
{% macro hold_keys() -%}
    {%- if execute and model.config.meta.get("keys") -%}
        {%- for key, repeated in run_query(repeated_keys(this)).rows -%}
            {{ exceptions.raise_compiler_error(said_of_key(key, repeated)) }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro said_of_key(key, repeated) -%}
    {{ this.identifier }}: {{ repeated }} value(s) of its key ({{ key }}) stand in more than one row
{%- endmacro %}
