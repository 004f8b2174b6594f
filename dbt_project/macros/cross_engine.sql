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

{#-
    Text in the order of its bytes, for order by, min and max, whatever the server's locale. Staging may do without:
    the tables of `raw` have it already.
-#}
{% macro by_bytes(text) -%}
    {{ adapter.dispatch("by_bytes", "muster")(text) }}
{%- endmacro %}

{% macro default__by_bytes(text) -%}
    {{ text }}
{%- endmacro %}

{% macro postgres__by_bytes(text) -%}
    ({{ text }} collate "C")
{%- endmacro %}

{#-
    Text in lower case, letter by letter in every language: Unicode's full rules, which PostgreSQL and Spark follow, make
    two letters of one capital and another letter of a sigma at a word's end. PostgreSQL: the order of bytes comes with
    a lower() that knows a to z alone, so Unicode's rules are named.
-#}
{% macro lower_case(text) -%}
    {{ adapter.dispatch("lower_case", "muster")(text) }}
{%- endmacro %}

{% macro default__lower_case(text) -%}
    lower(translate({{ text }}, 'İΣ', 'iσ'))
{%- endmacro %}

{% macro postgres__lower_case(text) -%}
    (lower(translate({{ text }}, 'İΣ', 'iσ') collate "und-x-icu") collate "C")
{%- endmacro %}

{#- Text without the spaces around it, those of every script (Unicode's category Zs). -#}
{% macro trimmed(text) -%}
    {%- set spaces = "\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
        ~ "\u202f\u205f\u3000" -%}
    trim(both '{{ spaces }}' from {{ text }})
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

{#-
    A 64-bit float as a decimal of that scale, rounded half away from zero after one multiplication by 10^scale.
    PostgreSQL's own cast keeps 15 digits only; text holds all of them. Spark's rounds the float's shortest text, so that
    the float 1.005 is 1.01.
-#}
{% macro as_decimal(number, precision, scale) -%}
    {{ adapter.dispatch("as_decimal", "muster")(number, precision, scale) }}
{%- endmacro %}

{% macro default__as_decimal(number, precision, scale) -%}
    cast({{ number }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{% macro postgres__as_decimal(number, precision, scale) -%}
    cast(
        round(cast(cast(({{ number }}) * {{ as_double(10 ** scale) }} as text) as numeric))
        * {{ "%.*f" | format(scale, 10 ** -scale) }} as decimal({{ precision }}, {{ scale }})
    )
{%- endmacro %}

{% macro spark__as_decimal(number, precision, scale) -%}
    cast(
        concat(cast(cast(round(({{ number }}) * {{ as_double(10 ** scale) }}) as decimal(38, 0)) as string), 'E-{{ scale }}')
        as decimal({{ precision }}, {{ scale }})
    )
{%- endmacro %}

{#- The day that other days are counted from where only their number matters. -#}
{% macro epoch_date() -%}
    cast('1970-01-01' as date)
{%- endmacro %}

{#-
    CONTRACT's hash of a person: the first eight hex digits of md5('salt|person|period') over 2^32, so 0 to below 1 and
    the same float everywhere, since a quotient by a power of two is exact. Arguments are SQL of text.
-#}
{% macro hash_share(salt, person, period) -%}
    {%- set digits = "substring(md5(" ~ salt ~ " || '|' || " ~ person ~ " || '|' || " ~ period ~ "), 1, 8)" -%}
    ({{ as_double(adapter.dispatch("whole_of_hex", "muster")(digits)) }} / {{ as_double("4294967296") }})
{%- endmacro %}

{% macro duckdb__whole_of_hex(digits) -%}
    cast('0x' || {{ digits }} as bigint)
{%- endmacro %}

{% macro postgres__whole_of_hex(digits) -%}
    cast(cast('x' || {{ digits }} as bit(32)) as bigint)
{%- endmacro %}

{% macro spark__whole_of_hex(digits) -%}
    cast(conv({{ digits }}, 16, 10) as bigint)
{%- endmacro %}

{#-
    For a query of a `with` clause that is computed once before the next one: in a long chain DuckDB's optimizer
    needs time that doubles with every link. Spark has no such word.
-#}
{% macro materialized() -%}
    {{ adapter.dispatch("materialized", "muster")() }}
{%- endmacro %}

{% macro default__materialized() -%}
    materialized
{%- endmacro %}

{% macro spark__materialized() -%}
{%- endmacro %}
