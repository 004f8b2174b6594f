-- one row per contact of the past contact_history_days and of the plan, whatever its purpose; no one who is held out
{%- set columns = [
    "user_id", "planned_date", "window_start", "window_end", "purpose", "playbook", "value_tier", "channel", "account_id",
    "operator_id", "offer", "script_key", "experiment", "variant", "attempt", "score",
] %}
with slots as (

    select
        slots.schedule_id,
        slots.issued_person_id as person_id,
        {% for column in columns -%}
            slots.{{ column }},
        {% endfor %}
        case when open_slots.cancel_reason is not null then 'cancelled' else slots.status end as status,
        coalesce(slots.reason_code, open_slots.cancel_reason) as reason_code,
        slots.issued_on,
        slots.sent_on,
        slots.result
    from {{ ref("int_contact_slots") }} as slots
    left join {{ ref("int_open_slots") }} as open_slots on slots.schedule_id = open_slots.schedule_id
    where
        not slots.is_ghost
        and slots.planned_date > {{ days_after(as_of_date(), "-" ~ policy("contact_history_days")) }}

    union all

    select
        schedule_id,
        person_id,
        {{ columns | join(",\n        ") }},
        'planned' as status,
        cast(null as {{ dbt.type_string() }}) as reason_code,
        case when is_closing then {{ as_of_date() }} end as issued_on,
        cast(null as date) as sent_on,
        cast(null as {{ dbt.type_string() }}) as result
    from {{ ref("int_contact_plan") }}
    where not is_ghost

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        slots.schedule_id,
        slots.person_id,
        slots.user_id,
        slots.planned_date,
        slots.window_start,
        slots.window_end,
        slots.purpose,
        slots.playbook,
        slots.value_tier,
        slots.channel,
        slots.account_id,
        slots.operator_id,
        slots.offer,
        slots.script_key,
        slots.experiment,
        slots.variant,
        cast(slots.attempt as integer) as attempt,
        slots.score,
        cast(row_number() over (
            partition by slots.planned_date
            order by
                case when slots.status = 'cancelled' then 1 else 0 end,
                purposes.priority asc,
                slots.score desc,
                {{ by_bytes("slots.schedule_id") }} asc
        ) as integer) as rank,
        slots.status,
        slots.reason_code,
        reasons.label_en as reason_en,
        reasons.label_zh as reason_zh,
        slots.issued_on,
        slots.sent_on,
        slots.result
    from slots
    inner join {{ ref("purposes") }} as purposes on slots.purpose = purposes.purpose
    left join {{ ref("contact_reasons") }} as reasons on slots.reason_code = reasons.reason_code

)

select * from final
