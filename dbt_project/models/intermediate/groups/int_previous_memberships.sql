-- one row per person of tonight and kind of group: what the previous release knew; of persons who turned out to be one
-- the membership that went furthest
with ranked as (

    select
        memberships.*,
        successors.person_id as person_now,
        row_number() over (
            partition by successors.person_id, memberships.group_kind
            order by
                statuses.sort_order,
                memberships.joined_on nulls last,
                memberships.planned_on nulls last,
                {{ by_bytes("memberships.person_id") }}
        ) as place,
        sum(memberships.invitations) over (partition by successors.person_id, memberships.group_kind) as all_invitations
    from ({{ memberships_before() }}) as memberships
    inner join {{ ref("int_person_successors") }} as successors on memberships.person_id = successors.previous_person_id
    inner join {{ ref("membership_statuses") }} as statuses on memberships.status = statuses.status
    inner join {{ ref("int_group_persons") }} as customers on successors.person_id = customers.person_id

),

final as (

    select
        person_now as person_id,
        group_kind,
        group_id,
        status,
        status_since,
        from_group_id,
        reason_code,
        planned_on,
        invited_on,
        joined_on,
        cast(all_invitations as integer) as invitations
    from ranked
    where place = 1

)

select * from final
