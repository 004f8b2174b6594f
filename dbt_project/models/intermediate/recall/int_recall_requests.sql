-- one row per person to whom a playbook applies: may the person be contacted, from when on, and in which rank
{%- set scored = [
    "person_id", "user_id", "stage", "playbook", "value_tier", "last_purchase_date", "channel", "account_id", "offer",
    "script_key", "acceptance", "response", "baseline", "score_source", "order_value", "score",
] %}
{%- set is_below = "coalesce(scores.score < " ~ policy("min_contact_value") ~ ", false)" %}
{#- without a control group a test would teach nothing -#}
{%- set is_drawn = "coalesce(shares.holdout_percent, 0) > 0 and "
    ~ hash_share("'below_value'", "scores.person_id", holdout_period(as_of_date())) ~ " * 100 < "
    ~ policy("below_value_test_percent") %}
with holdouts as (

    select
        members.person_id,
        max(case when members.period = {{ holdout_period(as_of_date()) }} and members.is_held_out then 1 else 0 end)
            as now,
        max(case when members.period > {{ holdout_period(as_of_date()) }} and members.is_held_out then 1 else 0 end)
            as next
    from {{ ref("holdout_members") }} as members
    group by members.person_id

),

final as (

    select
        {% for column in scored -%}
            scores.{{ column }},
        {% endfor %}
        {{ is_below }} and {{ is_drawn }} as is_test,
        recalls.schedule_id as open_schedule_id,
        others.schedule_id as other_schedule_id,
        coalesce(attempts.attempts, 0) + 1 as attempt,
        coalesce(shares.holdout_percent > 0 and holdouts.now = 1, false) as is_held_out,
        coalesce(shares.holdout_percent > 0 and holdouts.next = 1, false) as is_held_out_next,
        limits.last_contact_date,
        greatest(
            {{ days_after(as_of_date(), 1) }},
            scores.ready_date,
            coalesce(limits.free_from, scores.ready_date)
        ) as next_contact_date,
        case
            when scores.reason_code is not null then scores.reason_code
            when recalls.schedule_id is not null then null
            when attempts.has_ended or attempts.attempts >= playbooks.max_attempts then 'max_attempts'
            when {{ days_between("attempts.last_recall_date", as_of_date()) }} + 1 < playbooks.retry_after_days
                then 'recently_contacted'
            when scores.is_duplicate then 'duplicate_person'
            when scores.channel is null then 'no_handle'
            when {{ is_below }} and not ({{ is_drawn }}) then 'below_value'
        end as excluded_because
    from {{ ref("int_recall_scores") }} as scores
    inner join {{ ref("playbooks") }} as playbooks on scores.playbook = playbooks.playbook
    left join {{ ref("holdout_shares") }} as shares
        on scores.playbook = shares.playbook and scores.value_tier = shares.value_tier
    left join {{ ref("int_recall_attempts") }} as attempts on scores.person_id = attempts.person_id
    left join {{ ref("int_person_limits") }} as limits on scores.person_id = limits.person_id
    left join {{ ref("int_standing_slots") }} as recalls
        on scores.person_id = recalls.person_id and recalls.purpose = 'recall'
    left join {{ ref("int_standing_slots") }} as others
        on scores.person_id = others.person_id and others.purpose <> 'recall'
    left join holdouts on scores.person_id = holdouts.person_id

)

select * from final
