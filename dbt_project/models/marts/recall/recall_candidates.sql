-- one row per person to whom a playbook applies: whether, when and with what the person is contacted, and why
{#- who asks for no slot is met for another purpose first -#}
{%- set deferred = "case when allocation.person_id is null then 'other_purpose' else allocation.deferred_because end" %}
with slots as (

    select schedule_id, person_id, planned_date, is_ghost from {{ ref("int_contact_plan") }} where purpose = 'recall'

    union all

    select schedule_id, person_id, planned_date, is_ghost from {{ ref("int_standing_slots") }} where purpose = 'recall'

),

ranked as (

    select
        person_id,
        row_number() over (order by score desc nulls last, {{ by_bytes("person_id") }} asc) as rank
    from {{ ref("int_recall_requests") }}
    where excluded_because is null

),

decided as (

    select
        requests.*,
        ranked.rank,
        slots.schedule_id,
        slots.planned_date,
        case
            when requests.excluded_because is not null then 'excluded_' || requests.excluded_because
            when slots.is_ghost then 'holdout'
            when slots.schedule_id is not null then 'include'
            else 'deferred_' || {{ deferred }}
        end as decision,
        case
            when requests.excluded_because is not null then requests.excluded_because
            when slots.is_ghost then 'held_out'
            when slots.schedule_id is not null then 'scheduled'
            else {{ deferred }}
        end as reason
    from {{ ref("int_recall_requests") }} as requests
    left join ranked on requests.person_id = ranked.person_id
    left join slots
        on case when requests.excluded_because is null then requests.person_id end = slots.person_id
    left join {{ ref("int_contact_allocation") }} as allocation
        on requests.person_id = allocation.person_id and allocation.purpose = 'recall'

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        decided.person_id,
        decided.user_id,
        decided.playbook,
        decided.stage,
        decided.value_tier,
        decided.decision,
        decided.reason,
        reasons.label_en as reason_en,
        reasons.label_zh as reason_zh,
        decided.is_held_out,
        cast(decided.rank as integer) as rank,
        decided.score,
        decided.score_source,
        decided.is_test,
        decided.acceptance,
        decided.response,
        decided.baseline,
        decided.order_value,
        decided.offer,
        decided.script_key,
        decided.channel,
        decided.account_id,
        cast(decided.attempt as integer) as attempt,
        decided.last_purchase_date,
        decided.last_contact_date,
        decided.next_contact_date,
        decided.planned_date,
        decided.schedule_id
    from decided
    left join {{ ref("contact_reasons") }} as reasons on decided.reason = reasons.reason_code

)

select * from final
