{#-
    Runs after each model. PostgreSQL knows nothing of a table that was just made and guesses a thousand rows of it: joins
    then become nested loops over all pairs. Elsewhere nothing happens.
-#}
{% macro gather_statistics() -%}
    {%- if model.config.materialized == "table" -%}
        {{ adapter.dispatch("gather_statistics", "muster")() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__gather_statistics() -%}
{%- endmacro %}

{% macro postgres__gather_statistics() -%}
    analyze {{ this }}
{%- endmacro %}
