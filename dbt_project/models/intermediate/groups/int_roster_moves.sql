-- one row per group and person about whom something is to be done: the most urgent move out of the group or into it.
-- Who counts as inside although to be invited was asked by nobody: somebody has to bring the person there
with moves as (

    select
        moves.*,
        moves.from_group_id as group_id,
        moves.to_group_name as other_group_name,
        moves.move = 'remove' as is_done_here
    from {{ ref("group_moves") }} as moves
    where moves.from_group_id is not null

    union all

    select
        moves.*,
        moves.to_group_id as group_id,
        moves.from_group_name as other_group_name,
        true as is_done_here
    from {{ ref("group_moves") }} as moves
    where moves.to_group_id is not null and moves.move <> 'remove'

),

ranked as (

    select
        moves.*,
        kinds.sort_order,
        moves.is_done_here and not moves.is_proposal and (
            moves.move = 'remove'
            or coalesce(places.status = 'joined', false)
            or coalesce(moves.planned_date = {{ days_after(as_of_date(), 1) }}, false)
        ) as is_due,
        row_number() over (
            partition by moves.group_id, moves.person_id
            order by kinds.sort_order, moves.is_proposal, {{ by_bytes("coalesce(moves.other_group_name, '')") }}
        ) as move_of_place
    from moves
    inner join {{ ref("group_move_kinds") }} as kinds on moves.move = kinds.move
    left join {{ ref("int_roster_places") }} as places
        on moves.group_id = places.group_id and moves.person_id = places.person_id

),

final as (

    select
        group_id,
        person_id,
        move,
        move_en,
        move_zh,
        reason,
        reason_en,
        reason_zh,
        other_group_name,
        planned_date,
        schedule_id,
        is_proposal,
        is_due,
        sort_order
    from ranked
    where move_of_place = 1

)

select * from final
