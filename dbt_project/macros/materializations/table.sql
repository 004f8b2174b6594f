{#-
    A night builds into an empty candidate that nobody reads yet. So a table is made where it belongs, without the detour
    over two more names by which dbt-duckdb spares readers: that is a third of what a small table costs. Its statement ends
    with an error where a key is held twice (macros/keys.sql).
-#}
{% materialization table, adapter="duckdb" -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {% call statement("main") -%}
        drop table if exists {{ target_relation }};
        {{ get_create_table_as_sql(False, target_relation, sql) }};
        {%- if model.config.meta.get("keys") %}
        select error('{{ said_of_key("' || key_columns || '", "' || repeated || '") }}')
        from ({{ repeated_keys(target_relation) }}) as keys
        {%- endif %}
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}
