{#-
    A script's text in one language with the person's own words in it; those come last, so that a name in braces stays
    as it is. For the relations of the export operator_tasks.
-#}
{% macro filled_script(language) -%}
    replace(
        replace(
            replace(
                replace(scripts.text_{{ language }}, '{offer}', coalesce(benefits.label_{{ language }}, '')),
                '{group}', coalesce(task_groups.group_name, fallbacks.group_{{ language }}, '')
            ),
            '{last_product}', coalesce(products.last_product, fallbacks.last_product_{{ language }}, '')
        ),
        '{nickname}', coalesce(users.nickname, fallbacks.nickname_{{ language }}, '')
    )
{%- endmacro %}
