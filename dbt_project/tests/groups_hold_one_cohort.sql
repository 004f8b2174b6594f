-- nobody is invited into another cohort's group, unless a whole group is merged; a group is merged into one of its
-- kind and cohort
select memberships.group_id
from {{ ref("group_memberships") }} as memberships
inner join {{ ref("group_registry") }} as registry on memberships.group_id = registry.group_id
left join {{ ref("cohort_members") }} as cohorts on memberships.person_id = cohorts.person_id
where
    (memberships.status in ('planned', 'invited') or memberships.planned_on = {{ as_of_date() }})
    and not (memberships.reason_code = 'merged' and memberships.planned_on = {{ as_of_date() }})
    and coalesce(cohorts.cohort <> registry.cohort, true)

union all

select registry.group_id
from {{ ref("group_registry") }} as registry
left join {{ ref("group_registry") }} as targets on registry.merge_into = targets.group_id
where
    registry.merge_into is not null
    and (
        targets.group_id is null
        or targets.group_id = registry.group_id
        or targets.group_kind <> registry.group_kind
        or coalesce(targets.cohort <> registry.cohort, true)
    )
