-- one row per slot that tonight plans, ghosts included: when, from which account, by which operator
{%- set kept = [
    "purpose", "playbook", "value_tier", "period", "channel", "account_id", "operator_id", "offer", "script_key",
    "experiment", "variant", "attempt", "score", "is_ghost", "last_purchase_date",
] %}
{%- set said = ["user_id", "playbook", "value_tier", "offer", "attempt", "score", "last_purchase_date"] %}
with allocated as (

    select
        allocation.*,
        days.planned_date,
        days.period,
        days.is_closing,
        channels.first_hour,
        channels.last_hour,
        channels.default_hour,
        -- conditions on the left side alone stand in the keys of the joins below: elsewhere they compare all with all
        case when allocation.channel = 'friend_request' then allocation.pool_place end as add_place,
        case when allocation.channel <> 'friend_request' then allocation.person_id end as tested_person_id,
        case when channels.needs = 'friend' then allocation.pool end as chat_account_id,
        (allocation.pool_place - 1) % working.operators + 1 as operator_place
    from {{ ref("int_contact_allocation") }} as allocation
    inner join {{ ref("int_contact_days") }} as days on allocation.day_offset = days.day_offset
    inner join {{ ref("contact_channels") }} as channels on allocation.channel = channels.channel
    left join (select distinct day_offset, operators from {{ ref("int_operator_days") }}) as working
        on allocation.day_offset = working.day_offset

),

placed as (

    select
        allocated.*,
        {% for column in said -%}
            details.{{ column }},
        {% endfor %}
        coalesce(experiments.script_key, details.script_key) as script_key,
        experiments.experiment,
        experiments.variant,
        -- the person's own hour, within the channel's hours
        greatest(
            allocated.first_hour,
            least(
                coalesce(cast(habits.value as integer), allocated.default_hour),
                allocated.last_hour - {{ policy("contact_window_hours") }}
            )
        ) as hour,
        coalesce(adds.account_id, accounts.account_id) as account_id,
        case
            when adds.account_id is null and accounts.account_id is null then operators.operator_id
            else coalesce(adds.operator_id, accounts.operator_id)
        end as operator_id
    from allocated
    inner join {{ ref("int_request_details") }} as details
        on allocated.person_id = details.person_id and allocated.purpose = details.purpose
    left join {{ ref("int_tags_of_order_times") }} as habits
        on details.user_id = habits.user_id and habits.category = 'preferred_hour'
    left join {{ ref("int_add_slots") }} as adds
        on allocated.day_offset = adds.day_offset and allocated.add_place = adds.place
    left join {{ ref("int_account_days") }} as accounts
        on allocated.day_offset = accounts.day_offset and allocated.chat_account_id = accounts.account_id
    left join {{ ref("int_operator_days") }} as operators
        on allocated.day_offset = operators.day_offset and allocated.operator_place = operators.place
    left join {{ ref("int_experiment_variants") }} as experiments
        on allocated.tested_person_id = experiments.person_id
        and details.playbook = experiments.playbook
        and allocated.planned_date between experiments.starts_on and experiments.ends_on

),

final as (

    select
        'S' || substr(
            md5(person_id || '|' || purpose || '|' || cast(planned_date as {{ dbt.type_string() }})), 1, 15
        ) as schedule_id,
        person_id,
        user_id,
        planned_date,
        is_closing,
        {{ hour_text("hour") }} as window_start,
        {{ hour_text("least(hour + " ~ policy("contact_window_hours") ~ ", last_hour)") }} as window_end,
        {{ kept | join(",\n        ") }}
    from placed

)

select * from final
