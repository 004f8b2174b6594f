-- one row per person and kind of group with whom there is or was something, after tonight's places and moves
with chosen as (

    select
        places.person_id,
        places.group_kind,
        coalesce(places.group_id, openings.group_id) as group_id,
        places.from_group_id,
        case when places.from_group_id is null then 'assigned' else 'cohort_corrected' end as reason_code
    from {{ ref("int_group_places") }} as places
    left join {{ ref("int_group_openings") }} as openings
        on places.stratum = openings.stratum and places.opening = openings.opening
    where places.group_id is not null or openings.group_id is not null

    union all

    select
        person_id,
        group_kind,
        group_id,
        from_group_id,
        'promoted' as reason_code
    from {{ ref("int_group_promotions") }}

    union all

    select
        standing.person_id,
        standing.group_kind,
        given.merge_into as group_id,
        standing.group_id as from_group_id,
        'merged' as reason_code
    from {{ ref("int_membership_standing") }} as standing
    inner join {{ ref("int_group_merges") }} as given on standing.group_id = given.group_id
    inner join {{ ref("int_known_groups") }} as targets on given.merge_into = targets.group_id
    -- nobody is asked into another cohort's group, not even with all the others
    inner join {{ ref("int_group_persons") }} as persons
        on standing.person_id = persons.person_id and targets.cohort = persons.cohort
    where
        given.is_executed
        and standing.status = 'joined'
        and standing.leave_code is null
        and not standing.is_corrected

),

-- where nobody can be asked, whoever has a place counts as inside
final as (

    select
        {{ as_of_date() }} as as_of_date,
        coalesce(chosen.person_id, standing.person_id) as person_id,
        coalesce(chosen.group_kind, standing.group_kind) as group_kind,
        coalesce(chosen.group_id, standing.group_id) as group_id,
        case
            when chosen.person_id is null then standing.status
            when knowledge.is_assumed and not knowledge.has_accounts then 'joined'
            else 'planned'
        end as status,
        case when chosen.person_id is null then standing.status_since else {{ as_of_date() }} end as status_since,
        case
            when chosen.person_id is null then standing.from_group_id
            when not (knowledge.is_assumed and not knowledge.has_accounts) then chosen.from_group_id
        end as from_group_id,
        case
            when chosen.person_id is null then standing.reason_code
            when knowledge.is_assumed and not knowledge.has_accounts and chosen.reason_code = 'assigned' then 'assumed'
            else chosen.reason_code
        end as reason_code,
        case when chosen.person_id is null then standing.planned_on else {{ as_of_date() }} end as planned_on,
        case when chosen.person_id is null then standing.invited_on end as invited_on,
        case
            when chosen.person_id is null or chosen.from_group_id is not null then standing.joined_on
            when knowledge.is_assumed and not knowledge.has_accounts then {{ as_of_date() }}
        end as joined_on,
        coalesce(standing.invitations, 0) as invitations
    from {{ ref("int_membership_standing") }} as standing
    full outer join chosen on standing.person_id = chosen.person_id and standing.group_kind = chosen.group_kind
    cross join {{ ref("int_group_knowledge") }} as knowledge

)

select * from final
