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

{% macro spark__days_between(earlier, later) -%}
    date_diff({{ later }}, {{ earlier }})
{%- endmacro %}

{#- Text in the order of its bytes, whatever the server's locale. -#}
{% macro by_bytes(text) -%}
    {{ adapter.dispatch("by_bytes", "muster")(text) }}
{%- endmacro %}

{% macro default__by_bytes(text) -%}
    {{ text }}
{%- endmacro %}

{#-
    One row per item of a list that people typed, parted by , ; / | or their Chinese forms, nulls and blanks included
    as the engine gives them. To be called in the select list, once. PostgreSQL: regexp_split_to_table returns a set,
    which is allowed there; Spark: explode is a generator, one of which may stand there, and split takes a regular
    expression.
-#}
{% macro each_listed(text) -%}
    {{ adapter.dispatch("each_listed", "muster")(text) }}
{%- endmacro %}

{% macro duckdb__each_listed(text) -%}
    unnest(string_split_regex({{ text }}, '[,;/|，；、]'))
{%- endmacro %}

{% macro postgres__each_listed(text) -%}
    regexp_split_to_table({{ text }}, '[,;/|，；、]')
{%- endmacro %}

{% macro spark__each_listed(text) -%}
    explode(split({{ text }}, '[,;/|，；、]'))
{%- endmacro %}

{#- A number as a 64-bit float, for formulas with ln and exp. -#}
{% macro as_double(number) -%}
    {{ adapter.dispatch("as_double", "muster")(number) }}
{%- endmacro %}

{% macro default__as_double(number) -%}
    cast({{ number }} as double)
{%- endmacro %}

{% macro postgres__as_double(number) -%}
    cast({{ number }} as double precision)
{%- endmacro %}

{#- The day that other days are counted from where only their number matters. -#}
{% macro epoch_date() -%}
    cast('1970-01-01' as date)
{%- endmacro %}
