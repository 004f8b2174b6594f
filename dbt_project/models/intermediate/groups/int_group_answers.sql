-- one row per person and kind of group whose day of invitation has come: the last one since the group was chosen; a
-- friend request alone only opens the way, unless it is refused, and what was not sent after all opens nothing
with slots as (

    select
        memberships.person_id,
        memberships.group_kind,
        case
            when slots.status <> 'cancelled' and coalesce(slots.channel, '') <> 'friend_request'
                then coalesce(slots.sent_on, slots.planned_date)
        end as invited_on,
        coalesce(slots.result in ('refused', 'do_not_contact'), false) as is_refused,
        slots.status = 'cancelled' as is_not_sent,
        row_number() over (
            partition by memberships.person_id, memberships.group_kind
            order by
                case when slots.status = 'cancelled' then 1 else 0 end,
                slots.planned_date desc, {{ by_bytes("slots.schedule_id") }} desc
        ) as place
    from {{ ref("int_previous_memberships") }} as memberships
    inner join {{ ref("int_contact_slots") }} as slots
        on memberships.person_id = slots.person_id and memberships.group_kind = slots.playbook
    where
        slots.purpose = 'invitation'
        and (slots.status <> 'cancelled' or slots.reason_code = 'denied')
        and slots.planned_date > memberships.planned_on
        and coalesce(slots.sent_on, slots.planned_date) <= {{ as_of_date() }}

),

final as (

    select
        person_id,
        group_kind,
        invited_on,
        is_refused,
        is_not_sent
    from slots
    where place = 1

)

select * from final
