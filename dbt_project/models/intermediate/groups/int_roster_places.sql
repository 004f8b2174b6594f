-- one row per group and person who is inside, is to come, or is to be taken out; who is moving stands on both groups'
-- rosters. Whom no list may hold stays only to be taken out, and with nothing but the user row
with assigned as (

    select
        assignments.person_id,
        assignments.user_id,
        assignments.group_kind,
        assignments.group_id,
        assignments.from_group_id,
        assignments.status,
        assignments.role,
        assignments.joined_on,
        assignments.stage,
        assignments.value_tier,
        statuses.is_inside,
        statuses.is_inside or statuses.is_pending as has_place
    from {{ ref("group_assignments") }} as assignments
    inner join {{ ref("membership_statuses") }} as statuses on assignments.status = statuses.status
    left join {{ ref("int_unlisted_persons") }} as unlisted on assignments.person_id = unlisted.person_id
    where unlisted.person_id is null

),

places as (

    select
        group_id,
        person_id,
        user_id,
        status,
        case when is_inside then role end as role,
        case when is_inside then joined_on end as joined_on,
        stage,
        value_tier,
        1 as preference
    from assigned
    where has_place

    union all

    select
        from_group_id as group_id,
        person_id,
        user_id,
        'joined' as status,
        role,
        joined_on,
        stage,
        value_tier,
        2 as preference
    from assigned
    where has_place and from_group_id is not null

    union all

    select
        moves.from_group_id as group_id,
        moves.person_id,
        moves.user_id,
        'joined' as status,
        case when assigned.group_id = moves.from_group_id then assigned.role end as role,
        case when assigned.group_id = moves.from_group_id then assigned.joined_on end as joined_on,
        assigned.stage,
        assigned.value_tier,
        3 as preference
    from {{ ref("group_moves") }} as moves
    left join assigned on moves.person_id = assigned.person_id and moves.group_kind = assigned.group_kind
    where moves.move = 'remove'

),

ranked as (

    select
        *,
        row_number() over (partition by group_id, person_id order by preference) as row_of_place
    from places

),

final as (

    select group_id, person_id, user_id, status, role, joined_on, stage, value_tier
    from ranked
    where row_of_place = 1

)

select * from final
