-- one row per slot of an invitation ahead that is no longer wanted: the person came in otherwise, or nobody plans it
with final as (

    select
        slots.schedule_id,
        case when statuses.is_inside then 'joined' else 'no_longer_planned' end as reason_code
    from {{ ref("int_contact_slots") }} as slots
    left join {{ ref("group_memberships") }} as memberships
        on slots.person_id = memberships.person_id and slots.playbook = memberships.group_kind
    left join {{ ref("membership_statuses") }} as statuses on memberships.status = statuses.status
    where
        slots.purpose = 'invitation'
        and slots.status = 'planned'
        and slots.planned_date > {{ as_of_date() }}
        and coalesce(memberships.status, 'left') <> 'planned'

)

select * from final
