-- one row per person of the previous release who is still there: who the person is tonight, also where the row is gone
-- that gave the id, or persons turned out to be one
with previous as (

    {{ previous_release("state", "persons", {"user_id": dbt.type_string(), "person_id": dbt.type_string()}) }}

),

ranked as (

    select
        previous.person_id as previous_person_id,
        persons.person_id,
        row_number() over (
            partition by previous.person_id
            order by case when previous.person_id = persons.user_id then 0 else 1 end, {{ by_bytes("persons.user_id") }}
        ) as place
    from previous
    inner join {{ ref("persons") }} as persons on previous.user_id = persons.user_id

),

final as (

    select
        previous_person_id,
        person_id
    from ranked
    where place = 1

)

select * from final
