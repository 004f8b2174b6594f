-- a group that opens is filled to a size between the bounds, and as many are asked into it tonight as have to be for
-- the least size to come, as far as one group may hold them
with opened as (

    select
        registry.group_id,
        registry.group_kind,
        registry.planned_size,
        count(memberships.person_id) as people
    from {{ ref("group_registry") }} as registry
    left join {{ ref("group_memberships") }} as memberships
        on registry.group_id = memberships.group_id and registry.opened_on = memberships.planned_on
    where registry.origin = 'opened' and registry.opened_on = {{ as_of_date() }}
    group by registry.group_id, registry.group_kind, registry.planned_size

)

select opened.group_id
from opened
left join {{ ref("int_group_acceptance") }} as acceptance on opened.group_kind = acceptance.group_kind
where
    acceptance.group_kind is null
    or opened.planned_size not between {{ policy("group_least_size") }} and {{ policy("group_most_size") }}
    or (
        opened.people < {{ policy("group_most_size") }}
        and (opened.people + 1) * acceptance.acceptance <= {{ policy("group_least_size") }}
    )
