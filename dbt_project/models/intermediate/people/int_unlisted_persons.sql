-- one row per person who must be on no list, with the first reason by name; what has landed with a later date
-- counts too: it may take a person off a list, never put one on
with users as (

    select user_id, is_staff, do_not_contact, deleted_at from {{ ref("stg_users") }}
    union all
    select user_id, is_staff, do_not_contact, deleted_at from {{ ref("stg_landed_users") }}

),

objections as (

    select user_id, kind as reason_code from {{ ref("int_suppressed_users") }}
    union all
    select user_id, 'do_not_contact' as reason_code from users where do_not_contact
    union all
    select user_id, 'opt_out' as reason_code from {{ ref("int_contacts") }} where is_objection

),

-- a deleted account has no person any more, yet whoever objected in it is met again by its phone or chat id
followed as (

    select handles.user_id, objections.reason_code
    from objections
    inner join {{ ref("stg_users") }} as objectors on objections.user_id = objectors.user_id
    inner join {{ ref("int_handles") }} as handles on objectors.phone_hash = handles.handle_hash
    where not handles.is_crowded

    union all

    select handles.user_id, objections.reason_code
    from objections
    inner join {{ ref("stg_users") }} as objectors on objections.user_id = objectors.user_id
    inner join {{ ref("int_handles") }} as handles on objectors.wecom_id_hash = handles.handle_hash
    where not handles.is_crowded

),

reasons as (

    select user_id, reason_code from objections
    union all
    select user_id, reason_code from followed
    union all
    select user_id, 'deleted' as reason_code from users where deleted_at is not null
    union all
    select user_id, 'staff' as reason_code from users where is_staff

),

final as (

    select
        persons.person_id,
        min({{ by_bytes("reasons.reason_code") }}) as reason_code
    from reasons
    inner join {{ ref("persons") }} as persons on reasons.user_id = persons.user_id
    group by persons.person_id

)

select * from final
