-- one row per person for whom another one answers: a handle that too many share is nobody's own, and the first of its
-- persons stands for all
with crowded as (

    select
        persons.person_id,
        min({{ by_bytes("persons.person_id") }}) over (partition by handles.handle_hash) as speaker_id
    from {{ ref("int_handles") }} as handles
    inner join {{ ref("persons") }} as persons on handles.user_id = persons.user_id
    where handles.is_crowded

),

final as (

    select distinct person_id
    from crowded
    where person_id <> speaker_id

)

select * from final
