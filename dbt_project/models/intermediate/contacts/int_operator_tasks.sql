-- one row per slot that lies ahead, whatever its purpose, and per slot that is withheld because the person is held out
with withheld as (

    select schedule_id, operator_id from {{ ref("int_contact_plan") }} where is_ghost
    union all
    select schedule_id, operator_id from {{ ref("int_contact_slots") }} where is_ghost

),

tasks as (

    select
        schedule_id,
        user_id,
        planned_date,
        window_start,
        window_end,
        purpose,
        playbook,
        channel,
        account_id,
        operator_id,
        offer,
        script_key,
        attempt,
        score,
        issued_on is not null as is_issued,
        false as is_held_out
    from {{ ref("contact_schedule") }}
    where status = 'planned' and planned_date > {{ as_of_date() }}

    union all

    select
        candidates.schedule_id,
        candidates.user_id,
        candidates.planned_date,
        cast(null as {{ dbt.type_string() }}) as window_start,
        cast(null as {{ dbt.type_string() }}) as window_end,
        'recall' as purpose,
        candidates.playbook,
        candidates.channel,
        candidates.account_id,
        withheld.operator_id,
        cast(null as {{ dbt.type_string() }}) as offer,
        cast(null as {{ dbt.type_string() }}) as script_key,
        candidates.attempt,
        candidates.score,
        false as is_issued,
        true as is_held_out
    from {{ ref("recall_candidates") }} as candidates
    left join withheld on candidates.schedule_id = withheld.schedule_id
    where candidates.decision = 'holdout'

),

final as (

    select
        tasks.*,
        persons.person_id
    from tasks
    inner join {{ ref("persons") }} as persons on tasks.user_id = persons.user_id

)

select * from final
