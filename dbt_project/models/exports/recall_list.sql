-- one row per person whom recall contacts within the plan's days, or leaves alone because the person is held out
with tasks as (

    select
        *,
        row_number() over (
            partition by person_id order by planned_date, {{ by_bytes("schedule_id") }}
        ) as slot_of_person
    from {{ ref("operator_tasks") }}
    where purpose = 'recall'

),

final as (

    select
        tasks.schedule_id,
        tasks.person_id,
        tasks.user_id,
        tasks.nickname,
        tasks.is_held_out,
        case when tasks.is_held_out then 'Do not contact' else 'Contact' end as what_to_do_en,
        case when tasks.is_held_out then '请勿联系' else '联系' end as what_to_do_zh,
        tasks.planned_date,
        tasks.window_start,
        tasks.window_end,
        tasks.channel,
        tasks.handle_kind,
        tasks.handle_hash,
        tasks.account_id,
        tasks.operator_id,
        tasks.playbook,
        tasks.playbook_en,
        tasks.playbook_zh,
        tasks.offer_en,
        tasks.offer_zh,
        tasks.script_en,
        tasks.script_zh,
        tasks.attempt,
        tasks.score,
        candidates.rank,
        tasks.last_product,
        tasks.last_contact_date,
        candidates.decision,
        candidates.reason_en,
        candidates.reason_zh
    from tasks
    left join {{ ref("recall_candidates") }} as candidates on tasks.person_id = candidates.person_id
    where tasks.slot_of_person = 1

)

select * from final
