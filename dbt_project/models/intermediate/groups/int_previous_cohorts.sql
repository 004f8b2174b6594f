-- one row per person of tonight whose cohort the previous release knew
with previous as (

    {{ previous_release("state", "cohort_members", {
        "person_id": dbt.type_string(), "cohort": dbt.type_string(), "cohort_source": dbt.type_string(),
        "milestone_date": "date", "milestone_status": dbt.type_string(), "fixed_on": "date",
        "corrected_on": "date",
    }) }}

),

-- persons who turned out to be one keep the cohort of the one that stayed
ranked as (

    select
        previous.*,
        successors.person_id as person_now,
        row_number() over (
            partition by successors.person_id
            order by
                case when previous.person_id = successors.person_id then 0 else 1 end,
                previous.fixed_on,
                {{ by_bytes("previous.person_id") }}
        ) as place
    from previous
    inner join {{ ref("int_person_successors") }} as successors on previous.person_id = successors.previous_person_id

),

final as (

    select
        person_now as person_id,
        cohort,
        cohort_source,
        milestone_date,
        milestone_status,
        fixed_on,
        corrected_on
    from ranked
    where place = 1

)

select * from final
