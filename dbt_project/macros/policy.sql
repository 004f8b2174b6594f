{#-
    The night's parameters: constants, checked by muster before dbt starts. From the environment, and only when SQL is made:
    a variable that changes would make dbt parse the whole project anew. Unit tests set them as variables.
-#}

{% macro as_of_date() -%}
    {%- if execute -%}
        cast('{{ var("as_of_date", none) or env_var("MUSTER_AS_OF_DATE") }}' as date)
    {%- else -%}
        cast(null as date)
    {%- endif -%}
{%- endmacro %}

{% macro policy(parameter) -%}
    {%- if execute -%}
        {%- set parameters = var("policy", none) or fromjson(env_var("MUSTER_POLICY")) -%}
        {%- if parameter not in parameters -%}
            {{ exceptions.raise_compiler_error("parameters.csv has no parameter " ~ parameter) }}
        {%- endif -%}
        {{ parameters[parameter] }}
    {%- else -%}
        1
    {%- endif -%}
{%- endmacro %}

{#- The last day of the month before as_of_date's: priors move once a month, not every night. -#}
{% macro calibration_date() -%}
    cast({{ dbt.dateadd("day", -1, dbt.date_trunc("month", as_of_date())) }} as date)
{%- endmacro %}

{#- The day whose stages the backtest holds against what happened since. -#}
{% macro backtest_date() -%}
    cast({{ dbt.dateadd("day", "-" ~ policy("backtest_days"), as_of_date()) }} as date)
{%- endmacro %}
