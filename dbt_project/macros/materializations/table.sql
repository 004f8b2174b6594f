{#-
    A night builds into an empty candidate that nobody reads yet. So a table is made where it belongs, without the detour
    over two more names by which dbt spares readers: that is a third of what a small table costs. On Spark dbt does so
    anyway.
-#}
{% macro make_table_in_its_place() -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {% call statement("main") -%}
        drop table if exists {{ target_relation }} cascade;
        {{ get_create_table_as_sql(False, target_relation, sql) }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({"relations": [target_relation]}) }}
{%- endmacro %}

{% materialization table, adapter="duckdb" -%}
    {{ return(make_table_in_its_place()) }}
{%- endmaterialization %}

{% materialization table, adapter="postgres" -%}
    {{ return(make_table_in_its_place()) }}
{%- endmaterialization %}
