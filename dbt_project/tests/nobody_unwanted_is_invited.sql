-- nobody is awaited in a group who is no customer, has an objection, or whose milestone has ended while the group is of
-- a milestone's cohort
with ended as (

    select distinct person_id from {{ ref("customers") }} where milestone_status = 'ended'

),

milestone_cohorts as (

    select distinct cohort from {{ ref("cohort_members") }} where cohort_source = 'milestone'

)

select memberships.person_id
from {{ ref("group_memberships") }} as memberships
inner join {{ ref("group_registry") }} as registry on memberships.group_id = registry.group_id
left join {{ ref("int_group_persons") }} as persons on memberships.person_id = persons.person_id
left join {{ ref("int_group_objections") }} as objections on memberships.person_id = objections.person_id
left join ended on memberships.person_id = ended.person_id
left join milestone_cohorts on registry.cohort = milestone_cohorts.cohort
where
    memberships.status in ('planned', 'invited')
    and (
        persons.person_id is null
        or objections.person_id is not null
        or (ended.person_id is not null and milestone_cohorts.cohort is not null)
    )
