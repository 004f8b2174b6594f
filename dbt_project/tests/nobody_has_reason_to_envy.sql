-- nobody who got no slot outranks one who got a slot that the former could have used: one from the same pool, or one of
-- the same channel while the former's own pool has room, on a day that the former was ready for
with taken as (

    select
        channel,
        pool,
        day_offset,
        max(place) as last_place,
        count(*) as slots
    from {{ ref("int_contact_allocation") }}
    where day_offset is not null and not is_ghost
    group by channel, pool, day_offset

),

envied as (

    select channel, pool, day_offset, last_place from taken

    union all

    select
        pools.channel,
        pools.pool,
        pools.day_offset,
        max(others.last_place) as last_place
    from {{ ref("int_contact_pools") }} as pools
    inner join taken as others on pools.channel = others.channel and pools.day_offset = others.day_offset
    left join taken as own
        on pools.channel = own.channel and pools.pool = own.pool and pools.day_offset = own.day_offset
    where pools.capacity > coalesce(own.slots, 0)
    group by pools.channel, pools.pool, pools.day_offset

)

select deferred.person_id
from {{ ref("int_contact_allocation") }} as deferred
inner join envied
    on
    deferred.channel = envied.channel
    and deferred.pool = envied.pool
    and deferred.ready_offset <= envied.day_offset
    and deferred.place < envied.last_place
where deferred.day_offset is null
