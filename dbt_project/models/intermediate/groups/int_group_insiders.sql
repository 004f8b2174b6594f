-- one row per person and group that the feeds show the person inside of; place 1 is the person's own of that kind: the
-- one that the previous release chose, else the one that was left for it, else the oldest
with final as (

    select
        presence.person_id,
        known.group_kind,
        known.group_id,
        presence.since,
        presence.role,
        row_number() over (
            partition by presence.person_id, known.group_kind
            order by
                case when known.group_id = memberships.group_id then 0 else 1 end,
                case when known.group_id = memberships.from_group_id then 0 else 1 end,
                presence.since nulls first,
                {{ by_bytes("known.group_id") }}
        ) as place
    from {{ ref("int_group_presence") }} as presence
    inner join {{ ref("int_known_groups") }} as known on presence.feed_group_id = known.feed_group_id
    left join {{ ref("int_previous_memberships") }} as memberships
        on presence.person_id = memberships.person_id and known.group_kind = memberships.group_kind
    where presence.is_inside

)

select * from final
