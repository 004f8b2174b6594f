-- one row per event that this night adds to the ledger: slots handed out or withheld, slots taken back, and up to which
-- day nothing is planned anew
{%- set columns = [
    "person_id", "user_id", "planned_date", "window_start", "window_end", "purpose", "playbook", "value_tier",
    "period", "channel", "account_id", "operator_id", "offer", "script_key", "experiment", "variant", "attempt",
    "score", "is_ghost", "last_purchase_date",
] %}
{%- set types = {
    "attempt": "integer", "score": "decimal(18, 2)", "is_ghost": "boolean", "last_purchase_date": "date",
} %}
{%- set closed_days = "least(" ~ policy("contact_closed_days") ~ ", " ~ policy("contact_horizon_days") ~ ")" %}
select
    'issued' as event,
    schedule_id,
    {{ columns | join(",\n    ") }},
    cast(null as {{ dbt.type_string() }}) as reason_code
from {{ ref("int_contact_plan") }}
where is_closing

union all

select
    'cancelled' as event,
    slots.schedule_id,
    {% for column in columns -%}
        slots.{{ column }},
    {% endfor %}
    open_slots.cancel_reason as reason_code
from {{ ref("int_open_slots") }} as open_slots
inner join {{ ref("int_contact_slots") }} as slots on open_slots.schedule_id = slots.schedule_id
where open_slots.cancel_reason is not null

union all

select
    'closed' as event,
    cast(null as {{ dbt.type_string() }}) as schedule_id,
    {% for column in columns -%}
        {%- if column == "planned_date" -%}
            -- a day that was never planned is not closed
            {{ days_after(as_of_date(), closed_days) }} as planned_date,
        {%- else -%}
            cast(null as {{ types.get(column, dbt.type_string()) }}) as {{ column }},
        {%- endif %}
    {% endfor %}
    cast(null as {{ dbt.type_string() }}) as reason_code
