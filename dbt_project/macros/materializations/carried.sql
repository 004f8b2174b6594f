{#-
    A table that changes little from night to night, kept once for all releases (PostgreSQL; other engines make a
    plain table of it). The model gives all its rows of tonight, with as_of_date first; those that the previous release had
    are not written again. See plugins/muster/engines/postgres.sql, muster.carry.
-#}
{% materialization carried, adapter="postgres" -%}
    {%- set target_relation = this.incorporate(type="view") -%}
    {%- set tonight = api.Relation.create(
        database=this.database, schema=this.schema, identifier=this.identifier ~ "__tonight", type="table"
    ) -%}
    {{ run_hooks(pre_hooks) }}
    {{ drop_relation_if_exists(load_cached_relation(this)) }}
    {{ drop_relation_if_exists(tonight) }}
    {% call statement("main") -%}
        {{ get_create_table_as_sql(False, tonight, sql) }};
        select muster.carry(
            (select max(id) from muster.releases where not is_whole),
            '{{ this.schema }}', '{{ this.identifier }}'
        )
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}
