{#-
    part / whole of two whole numbers, neither negative, as a decimal rounded half up to `places`: computed with whole
    numbers, because a quotient of floats may fall to either side of a half. Null where whole is 0. Exact while
    2 * part * 10^places stays below 2^53.
-#}
{% macro quotient(part, whole, places=6) -%}
    {%- set doubled = "(2 * " ~ 10 ** places ~ " * (" ~ part ~ ") + (" ~ whole ~ "))" -%}
    {%- set divisor = "nullif(2 * (" ~ whole ~ "), 0)" -%}
    {%- set unit = "cast(" ~ "%.*f" | format(places, 10 ** -places) ~ " as decimal(8, " ~ places ~ "))" -%}
    cast(
        cast(({{ doubled }} - {{ doubled }} % {{ divisor }}) / {{ divisor }} as bigint) * {{ unit }}
        as decimal(18, {{ places }})
    )
{%- endmacro %}

{#- The integer quotient, rounded down; for numbers that are not negative. -#}
{% macro whole_quotient(dividend, divisor) -%}
    cast((({{ dividend }}) - ({{ dividend }}) % ({{ divisor }})) / ({{ divisor }}) as integer)
{%- endmacro %}
