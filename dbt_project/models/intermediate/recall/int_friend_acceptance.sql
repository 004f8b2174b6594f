-- one row per shop: how many friend requests were answered with yes, drawn towards what the policy expects. Only
-- requests of the plan count: a friends feed may name those alone who said yes
with requests as (

    select
        slots.schedule_id,
        max(case when friends.account_id is null then 0 else 1 end) as is_accepted
    from {{ ref("int_contact_slots") }} as slots
    left join {{ ref("persons") }} as persons on slots.person_id = persons.person_id
    left join {{ ref("stg_friends") }} as friends
        on
        persons.user_id = friends.user_id
        and slots.account_id = friends.account_id
        and cast(friends.accepted_at as date) >= slots.issued_on
    where
        slots.channel = 'friend_request'
        and slots.status <> 'cancelled'
        and not slots.is_ghost
        -- an answer may still come
        and {{ days_between("slots.planned_date", as_of_date()) }} >= {{ policy("friend_request_wait_days") }}
    group by slots.schedule_id

),

counted as (

    select
        count(*) as requests,
        coalesce(sum(is_accepted), 0) as accepted
    from requests

),

final as (

    select
        counted.requests,
        counted.accepted,
        (
            {{ as_double(policy("friend_request_accept_percent")) }} / 100
            * {{ policy("friend_request_prior_requests") }} + counted.accepted
        )
        / ({{ policy("friend_request_prior_requests") }} + counted.requests) as acceptance
    from counted

)

select * from final
