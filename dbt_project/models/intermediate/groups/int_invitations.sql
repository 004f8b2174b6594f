-- one row per person who is to be invited and can be reached, into a group of the first kind that wants the person: by
-- which channel and from when on
with planned as (

    select
        memberships.person_id,
        memberships.group_kind,
        memberships.group_id,
        memberships.planned_on,
        memberships.invitations,
        row_number() over (partition by memberships.person_id order by kinds.sort_order) as place
    from {{ ref("group_memberships") }} as memberships
    inner join {{ ref("group_kinds") }} as kinds on memberships.group_kind = kinds.group_kind
    left join {{ ref("int_unlisted_persons") }} as unlisted on memberships.person_id = unlisted.person_id
    where memberships.status = 'planned' and unlisted.person_id is null

),

routes as (

    select
        planned.person_id,
        routes.channel,
        routes.account_id,
        row_number() over (partition by planned.person_id order by wanted.preference, wanted.channel) as place
    from planned
    inner join {{ ref("purpose_channels") }} as wanted on wanted.purpose = 'invitation'
    inner join {{ ref("int_contact_routes") }} as routes
        on planned.person_id = routes.person_id and wanted.channel = routes.channel
    where planned.place = 1

),

final as (

    select
        planned.person_id,
        persons.user_id,
        planned.group_kind,
        planned.group_id,
        routes.channel,
        routes.account_id,
        case when routes.channel = 'friend_request' then 'friend_request' else 'group_invitation' end as script_key,
        persons.value_tier,
        planned.invitations + 1 as attempt,
        cast(0 as decimal(18, 2)) as value,
        planned.planned_on,
        greatest(
            {{ days_after(as_of_date(), 1) }}, coalesce(limits.free_from, {{ epoch_date() }})
        ) as next_contact_date,
        slots.schedule_id as open_schedule_id
    from planned
    inner join routes on planned.person_id = routes.person_id and routes.place = 1
    inner join {{ ref("int_group_persons") }} as persons on planned.person_id = persons.person_id
    left join {{ ref("int_person_limits") }} as limits on planned.person_id = limits.person_id
    left join {{ ref("int_standing_slots") }} as slots on planned.person_id = slots.person_id
    where planned.place = 1

)

select * from final
