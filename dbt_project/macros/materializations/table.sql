{#-
    A night builds into an empty candidate that nobody reads yet. So a table is made where it belongs, without the detour
    over two more names by which dbt-duckdb spares readers: a small table costs two thirds.
-#}
{% materialization table, adapter="duckdb" -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {% call statement("main") -%}
        drop table if exists {{ target_relation }};
        {{ get_create_table_as_sql(False, target_relation, sql) }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}
