{#- Whether a text that people typed could hold a phone number or an address: an @, or more than four digits. -#}
{% macro may_hold_handle(text) -%}
    (
        {{ text }} like '%@%'
        or length({{ text }}) - length(translate({{ text }}, '0123456789０１２３４５６７８９', '')) > 4
    )
{%- endmacro %}
