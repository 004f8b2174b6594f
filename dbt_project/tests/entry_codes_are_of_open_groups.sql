-- a code that new people are shown is of a group that takes people, has as many places, and whose people they are like
select routes.stratum
from {{ ref("entry_routes") }} as routes
left join {{ ref("groups") }} as listed on routes.group_id = listed.group_id
where
    routes.group_id is not null
    and (
        not coalesce(listed.shows_code, false)
        or listed.inside + routes.free_places > {{ policy("group_target_size") }}
        or listed.inside + listed.pending + routes.free_places > {{ policy("group_most_size") }}
        or listed.group_kind <> routes.group_kind
        or listed.cohort <> routes.cohort
        or coalesce(listed.city <> coalesce(routes.city, ''), false)
        or coalesce(listed.province <> coalesce(routes.province, ''), false)
        or coalesce(listed.country <> coalesce(routes.country, ''), false)
        or coalesce(listed.channel <> coalesce(routes.channel, ''), false)
        or coalesce(listed.tier_band <> routes.tier_band, false)
    )
