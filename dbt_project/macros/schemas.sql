{#-
    Where a layer's tables lie. Muster passes it as the variable `layers`, made by the engine that runs: layer -> database
    (none where the engine has none above schemas) and schema.
-#}

{#- The layer's place; other nodes (tests, whose results are not stored) stay in a schema of their name. -#}
{% macro place_of(layer) -%}
    {{ return(var("layers").get(layer, {"database": target.get("database"), "schema": layer or target.schema})) }}
{%- endmacro %}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ return(place_of(custom_schema_name).schema) }}
{%- endmacro %}

{% macro generate_database_name(custom_database_name, node) -%}
    {{ return(place_of(node.config.get("schema")).database) }}
{%- endmacro %}
