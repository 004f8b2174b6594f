{#-
    Rows (user_id, component) of everybody who shares one of `handles` (a relation like int_handles) with somebody:
    component is the first, by bytes, of all users who are connected, over however many others.
-#}
{% macro connected_users(handles) -%}
    {{ adapter.dispatch("connected_users", "muster")(handles) }}
{%- endmacro %}

{#- Everybody on a handle is linked to its first user, both ways. -#}
{% macro links(handles) %}
    with firsts as (

        select handle_hash, min({{ by_bytes("user_id") }}) as user_id
        from {{ handles }}
        where users_on_handle > 1 and not is_crowded
        group by handle_hash

    ),

    links as (

        select
            handles.user_id,
            firsts.user_id as linked_user_id
        from {{ handles }} as handles
        inner join firsts on handles.handle_hash = firsts.handle_hash

    )

    select user_id, linked_user_id from links
    union
    select linked_user_id as user_id, user_id as linked_user_id from links
{% endmacro %}

{% macro default__connected_users(handles) %}
    with recursive both_ways as (

        {{ links(handles) }}

    ),

    reached (user_id, reached_user_id) as (

        select user_id, linked_user_id from both_ways
        union
        select reached.user_id, both_ways.linked_user_id
        from reached
        inner join both_ways on reached.reached_user_id = both_ways.user_id

    )

    select user_id, min({{ by_bytes("reached_user_id") }}) as component
    from reached
    group by user_id
{% endmacro %}

{#-
    Spark's recursion knows no `union`, and without one it would go round for ever. So everybody takes the first of the
    components that those linked have found so far, and what that one has found, until nothing changes: some rounds, as
    many as the logarithm of the longest way through a component. The tables lie beside the intermediate ones.
-#}
{% macro spark__connected_users(handles) %}
    {%- set schema = place_of("intermediate").schema -%}
    {%- set near = api.Relation.create(schema=schema, identifier="linked_users") -%}
    {%- set found = api.Relation.create(schema=schema, identifier="connected_users") -%}
    {%- set next = api.Relation.create(schema=schema, identifier="connected_users_next") -%}
    {%- if execute and flags.WHICH in ("build", "run") -%}
        {%- do replace_table(near, links(handles)) -%}
        {%- do replace_table(found, "select user_id, min(linked_user_id) as component from " ~ near ~ " group by 1") -%}
        {%- set latest = namespace(has_changed=true) -%}
        {%- for _ in range(64) -%}
            {%- if latest.has_changed -%}
                {%- do replace_table(next, next_components(near, found)) -%}
                {%- set latest.has_changed = run_query("select 1 from " ~ next ~ " where has_changed limit 1") | length > 0 -%}
                {%- do run_query("drop table " ~ found) -%}
                {%- do run_query("alter table " ~ next ~ " rename to " ~ found) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    select user_id, component from {{ found }}
{% endmacro %}

{% macro replace_table(relation, select) -%}
    {%- do run_query("drop table if exists " ~ relation) -%}
    {%- do run_query("create table " ~ relation ~ " using parquet as " ~ select) -%}
{%- endmacro %}

{% macro next_components(near, found) %}
    select
        near.user_id,
        min(beyond.component) as component,
        min(beyond.component) <> min(own.component) as has_changed
    from {{ near }} as near
    inner join {{ found }} as own on near.user_id = own.user_id
    inner join {{ found }} as linked on near.linked_user_id = linked.user_id
    inner join {{ found }} as beyond on linked.component = beyond.user_id
    group by near.user_id
{% endmacro %}
