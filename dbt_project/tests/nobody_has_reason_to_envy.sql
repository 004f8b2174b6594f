-- nobody who got no slot outranks one who got one from the same pool, on a day that the former was ready for
with taken as (

    select
        channel,
        pool,
        day_offset,
        max(place) as last_place
    from {{ ref("int_contact_allocation") }}
    where day_offset is not null and not is_ghost
    group by channel, pool, day_offset

)

select deferred.person_id
from {{ ref("int_contact_allocation") }} as deferred
inner join taken
    on
    deferred.channel = taken.channel
    and deferred.pool = taken.pool
    and deferred.ready_offset <= taken.day_offset
    and deferred.place < taken.last_place
where deferred.day_offset is null
