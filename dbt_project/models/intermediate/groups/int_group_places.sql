{#- One more rung than shipped would be one more here: tests/ladders_have_few_rungs.sql holds policy to it. -#}
{%- set rungs = 6 -%}
-- one row per person and kind of group in the queue: the group's place that the person gets tonight, the opening (a
-- number within the stratum) that the person belongs to, or what the person waits for
with waiting_0 as (

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
{% for rung in range(1, rungs + 1) %}
    {{ rung_of_ladder(rung) }}
{% endfor %}
final as (

    select *
    from waiting_{{ rungs }}

)

select * from final
