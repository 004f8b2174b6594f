-- one row per slot that lies ahead: the hashed handle by which the person is met; for a chat that of the user row whom
-- the account has as a friend, else the decision's own row before the person's others
with friends as (

    select distinct account_id, user_id
    from {{ ref("stg_friends") }}
    where accepted_at is not null and removed_at is null

),

rows_of_person as (

    select
        tasks.schedule_id,
        channels.needs,
        users.user_id,
        case when channels.needs = 'friend' and friends.user_id is not null then 0 else 1 end as strangeness,
        case when users.user_id = tasks.user_id then 0 else 1 end as distance,
        users.phone_hash,
        users.wecom_id_hash
    from {{ ref("int_operator_tasks") }} as tasks
    inner join {{ ref("contact_channels") }} as channels on tasks.channel = channels.channel
    inner join {{ ref("persons") }} as persons on tasks.person_id = persons.person_id
    inner join {{ ref("stg_users") }} as users on persons.user_id = users.user_id
    left join friends on tasks.account_id = friends.account_id and users.user_id = friends.user_id
    where not tasks.is_held_out

),

handles as (

    select
        schedule_id,
        user_id,
        strangeness,
        distance,
        1 as preference,
        'wecom_id' as handle_kind,
        wecom_id_hash as handle_hash
    from rows_of_person
    where wecom_id_hash is not null and needs <> 'phone'

    union all

    select
        schedule_id,
        user_id,
        strangeness,
        distance,
        2 as preference,
        'phone' as handle_kind,
        phone_hash as handle_hash
    from rows_of_person
    where phone_hash is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by schedule_id order by strangeness, preference, distance, {{ by_bytes("user_id") }}
        ) as place
    from handles

),

final as (

    select schedule_id, handle_kind, handle_hash
    from ranked
    where place = 1

)

select * from final
