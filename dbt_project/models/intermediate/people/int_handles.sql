-- one row per user and handle that can join people; crowded handles (policy) join nobody
with handles as (

    select user_id, phone_hash as handle_hash from {{ ref("stg_users") }} where phone_hash is not null
    union
    select user_id, wecom_id_hash as handle_hash from {{ ref("stg_users") }} where wecom_id_hash is not null

),

living as (

    select handles.user_id, handles.handle_hash
    from handles
    inner join {{ ref("int_users") }} as users on handles.user_id = users.user_id

),

final as (

    select
        user_id,
        handle_hash,
        count(*) over (partition by handle_hash) as users_on_handle,
        count(*) over (partition by handle_hash) > {{ policy("max_handle_users") }} as is_crowded
    from living

)

select * from final
