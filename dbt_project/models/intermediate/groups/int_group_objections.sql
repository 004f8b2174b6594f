-- one row per person who belongs in no group, as far as as_of_date knows, with the reason that comes first
with violations as (

    select persons.person_id
    from {{ ref("stg_community_events") }} as events
    inner join {{ ref("persons") }} as persons on events.user_id = persons.user_id
    where
        events.event_type = 'violation'
        and {{ days_between("cast(events.occurred_at as date)", as_of_date()) }} < {{ policy("group_violation_days") }}
    group by persons.person_id
    having count(*) > {{ policy("group_violations_at_most") }}

),

-- a whitelist entry exempts from the group's rules, and from nothing else
exempt as (

    select distinct persons.person_id
    from {{ ref("int_matched_suppressions") }} as matched
    inner join {{ ref("persons") }} as persons on matched.user_id = persons.user_id
    where matched.kind = 'whitelist' and matched.is_as_of

),

suppressed as (

    select user_id from {{ ref("int_suppressed_users") }} where is_as_of
    union all
    select user_id from {{ ref("stg_users") }} where do_not_contact
    union all
    select user_id from {{ ref("int_contacts") }} where is_objection and contacted_on <= {{ as_of_date() }}

),

reasons as (

    select
        persons.person_id,
        1 as precedence
    from suppressed
    inner join {{ ref("persons") }} as persons on suppressed.user_id = persons.user_id

    union all

    select
        violations.person_id,
        2 as precedence
    from violations
    left join exempt on violations.person_id = exempt.person_id
    where exempt.person_id is null

),

final as (

    select
        person_id,
        case when min(precedence) = 1 then 'suppressed' else 'violation' end as reason_code
    from reasons
    group by person_id

)

select * from final
