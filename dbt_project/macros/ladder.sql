{#- The queries of a `with` clause that rung 1 starts from: all who want a place, and what invitations can be sent. -#}
{% macro foot_of_ladder() -%}
    waiting_0 as (

        select
            person_id,
            group_kind,
            profile,
            from_group_id,
            place,
            cast(null as integer) as rung,
            cast(null as {{ dbt.type_string() }}) as stratum,
            cast(null as {{ dbt.type_string() }}) as group_id,
            cast(null as integer) as opening,
            cast(null as integer) as planned_size,
            cast(null as {{ dbt.type_string() }}) as waits_for
        from {{ ref("int_group_queue") }}

    ),

    capacity_0 as (

        select
            case
                when knowledge.has_accounts then knowledge.invitations - coalesce(promised.invitations, 0)
                else {{ 10 ** 12 }}
            end as invitations
        from {{ ref("int_group_knowledge") }} as knowledge
        cross join (
            select sum(invitations + pending) as invitations from {{ ref("int_group_rooms") }}
        ) as promised

    ),
{%- endmacro %}

{#-
    A query: where everybody has got on the ladder's last rung. Spark computes a query of a `with` clause as often as it
    is read, several times by every rung, so that there each rung is a table before the next one is asked for.
-#}
{% macro climbed(rungs) -%}
    {{ adapter.dispatch("climbed", "muster")(rungs) }}
{%- endmacro %}

{% macro default__climbed(rungs) -%}
with {{ foot_of_ladder() }}
{% for rung in range(1, rungs + 1) %}
    {{ rung_of_ladder(rung) }}
{% endfor %}
final as (

    select *
    from waiting_{{ rungs }}

)

select * from final
{%- endmacro %}

{% macro spark__climbed(rungs) -%}
    {%- for rung in range(1, rungs + 1) %}
        {%- set asked %}
with
        {%- if rung == 1 %} {{ foot_of_ladder() }}
        {%- else %} waiting_{{ rung - 1 }} as (select * except (invitations) from {{ _rung_table(rung - 1) }}),
capacity_{{ rung - 1 }} as (select max(invitations) as invitations from {{ _rung_table(rung - 1) }}),
        {%- endif %}
{{ rung_of_ladder(rung) }}
final as (
    select
        waiting.*,
        capacity.invitations
    from waiting_{{ rung }} as waiting
    cross join capacity_{{ rung }} as capacity
)
select * from final
        {%- endset %}
        {%- if execute %}
            {%- do run_query("drop table if exists " ~ _rung_table(rung)) %}
            {%- do run_query("create table " ~ _rung_table(rung) ~ " using parquet as " ~ asked) %}
        {%- endif %}
    {%- endfor %}
select * except (invitations)
from {{ _rung_table(rungs) }}
{%- endmacro %}

{% macro _rung_table(rung) -%}
    {{ this.schema }}.ladder_rung_{{ rung }}
{%- endmacro %}
