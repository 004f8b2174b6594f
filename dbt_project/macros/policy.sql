{#- The night's parameters: constants, checked by muster before dbt starts. -#}

{% macro as_of_date() -%}
    cast('{{ var("as_of_date") }}' as date)
{%- endmacro %}

{% macro policy(parameter) -%}
    {%- set parameters = var("policy") -%}
    {%- if parameter not in parameters -%}
        {{ exceptions.raise_compiler_error("parameters.csv has no parameter " ~ parameter) }}
    {%- endif -%}
    {{ parameters[parameter] }}
{%- endmacro %}
