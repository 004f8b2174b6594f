-- one row per person and quarter: whether the person is held out of recall; drawn once, on the first night on which a
-- playbook with a control group applies, and kept through the quarter
with previous as (

    {{ previous_release("state", "holdout_members", {
        "person_id": dbt.type_string(), "period": dbt.type_string(), "playbook": dbt.type_string(),
        "value_tier": dbt.type_string(), "holdout_percent": "integer", "is_held_out": "boolean", "drawn_on": "date",
    }) }}

),

kept as (

    select previous.*
    from previous
    where previous.period >= {{ holdout_period(days_after(as_of_date(), -100)) }}

),

due as (

    select
        persons.person_id,
        periods.period,
        persons.playbook,
        persons.value_tier,
        cast(shares.holdout_percent as integer) as holdout_percent
    from {{ ref("int_recall_persons") }} as persons
    inner join {{ ref("holdout_shares") }} as shares
        on persons.playbook = shares.playbook and persons.value_tier = shares.value_tier
    cross join (select distinct period from {{ ref("int_contact_days") }}) as periods
    left join kept on persons.person_id = kept.person_id and periods.period = kept.period
    -- drawn also where a reason speaks against a contact: what has landed later may be that reason, and state does
    -- not look ahead
    where shares.holdout_percent > 0 and kept.person_id is null

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        person_id,
        period,
        playbook,
        value_tier,
        holdout_percent,
        {{ hash_share("'holdout'", "person_id", "period") }} * 100 < holdout_percent as is_held_out,
        {{ as_of_date() }} as drawn_on
    from due

    union all

    select
        {{ as_of_date() }} as as_of_date,
        person_id,
        period,
        playbook,
        value_tier,
        holdout_percent,
        is_held_out,
        drawn_on
    from kept

)

select * from final
