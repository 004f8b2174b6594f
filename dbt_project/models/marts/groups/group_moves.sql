-- one row per person and move that is to be made
with slots as (

    select
        person_id,
        playbook as group_kind,
        schedule_id,
        planned_date
    from {{ ref("contact_schedule") }}
    where purpose = 'invitation' and status = 'planned' and planned_date > {{ as_of_date() }}

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        moves.person_id,
        persons.user_id,
        moves.group_kind,
        moves.move,
        kinds.label_en as move_en,
        kinds.label_zh as move_zh,
        moves.from_group_id,
        sources.group_name as from_group_name,
        moves.to_group_id,
        targets.group_name as to_group_name,
        moves.reason_code as reason,
        reasons.label_en as reason_en,
        reasons.label_zh as reason_zh,
        moves.is_new,
        moves.is_proposal,
        operators.operator_id,
        slots.planned_date,
        slots.schedule_id
    from {{ ref("int_group_moves") }} as moves
    inner join {{ ref("int_group_persons") }} as persons on moves.person_id = persons.person_id
    inner join {{ ref("group_move_kinds") }} as kinds on moves.move = kinds.move
    inner join {{ ref("group_reasons") }} as reasons on moves.reason_code = reasons.reason_code
    left join {{ ref("group_registry") }} as sources on moves.from_group_id = sources.group_id
    left join {{ ref("group_registry") }} as targets on moves.to_group_id = targets.group_id
    left join {{ ref("int_group_operators") }} as operators
        on coalesce(moves.to_group_id, moves.from_group_id) = operators.group_id
    left join slots
        on case when moves.move <> 'remove' and not moves.is_proposal then moves.person_id end = slots.person_id
        and moves.group_kind = slots.group_kind

)

select * from final
