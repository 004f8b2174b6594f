-- one row per person and channel in which the person can be reached, with the account where one is needed
with reachable as (

    {{ handles_of_persons() }}

),

accounts as (

    select account_id, max(adds) as most_adds
    from {{ ref("int_account_days") }}
    group by account_id

),

friends as (

    select
        friendships.person_id,
        friendships.account_id,
        row_number() over (
            partition by friendships.person_id
            order by friendships.accepted_at desc, {{ by_bytes("friendships.account_id") }} asc
        ) as place
    from {{ ref("int_friendships") }} as friendships
    inner join accounts on friendships.account_id = accounts.account_id

),

-- who is a friend, has ended it, or was asked a short while ago is not asked again
asked as (

    select distinct persons.person_id
    from {{ ref("stg_friends") }} as friends
    inner join {{ ref("persons") }} as persons on friends.user_id = persons.user_id
    where
        friends.accepted_at is not null
        or friends.removed_at is not null
        or {{ days_between("cast(friends.requested_at as date)", as_of_date()) }}
        < {{ policy("friend_request_wait_days") }}

),

people as (

    select
        reachable.person_id,
        reachable.has_phone,
        friends.account_id,
        (reachable.has_chat_id or reachable.has_phone)
        and asked.person_id is null
        and senders.may_send as may_be_asked
    from reachable
    cross join (select coalesce(max(most_adds), 0) > 0 as may_send from accounts) as senders
    left join friends on reachable.person_id = friends.person_id and friends.place = 1
    left join asked on reachable.person_id = asked.person_id

),

final as (

    select
        people.person_id,
        channels.channel,
        case when channels.needs = 'friend' then people.account_id end as account_id
    from people
    cross join {{ ref("contact_channels") }} as channels
    where
        channels.daily_quota > 0
        and case channels.needs
            when 'friend' then people.account_id is not null
            when 'phone' then people.has_phone
            else people.may_be_asked
        end

)

select * from final
