-- one row per slot that was ever handed out or withheld: what was issued, and what the contacts feed says of it
{%- set issued = [
    "planned_date", "window_start", "window_end", "purpose", "playbook", "value_tier", "period", "channel", "account_id",
    "operator_id", "offer", "script_key", "experiment", "variant", "attempt", "score", "is_ghost",
    "last_purchase_date",
] %}
with events as (

    select
        *,
        row_number() over (partition by schedule_id, event order by event_as_of_date, run) as place
    from {{ source("raw", "ledger") }}
    where event in ('issued', 'cancelled')

),

slots as (

    select
        issued.schedule_id,
        coalesce(persons.person_id, issued.person_id) as person_id,
        issued.person_id as issued_person_id,
        issued.user_id,
        issued.event_as_of_date as issued_on,
        {% for column in issued -%}
            issued.{{ column }},
        {% endfor %}
        case
            when cancelled.schedule_id is not null then cancelled.reason_code
            when not contacts.is_contact then 'denied'
        end as reason_code,
        contacts.contact_id is not null as is_in_feed,
        contacts.contacted_on as sent_on,
        contacts.result,
        coalesce(contacts.ends_attempts, false) as ends_attempts,
        coalesce(contacts.cost, channels.cost) as cost
    from events as issued
    left join events as cancelled
        on issued.schedule_id = cancelled.schedule_id and cancelled.event = 'cancelled' and cancelled.place = 1
    left join {{ ref("persons") }} as persons on issued.user_id = persons.user_id
    left join {{ ref("int_contacts") }} as contacts on issued.schedule_id = contacts.contact_id
    left join {{ ref("contact_channels") }} as channels on issued.channel = channels.channel
    where issued.event = 'issued' and issued.place = 1

),

final as (

    select
        schedule_id,
        person_id,
        issued_person_id,
        user_id,
        issued_on,
        {{ issued | join(",\n        ") }},
        case
            when reason_code is not null then 'cancelled'
            when is_in_feed and result is not null then 'returned'
            when is_in_feed then 'sent'
            when {{ days_between("planned_date", as_of_date()) }} > {{ policy("contact_expires_days") }} then 'expired'
            else 'planned'
        end as status,
        reason_code,
        sent_on,
        result,
        ends_attempts,
        cast(case when is_ghost or reason_code is not null then 0 else cost end as decimal(18, 4)) as cost
    from slots

)

select * from final
