-- one row per request that may get a slot: who has more people ahead, all ready from the first day on and none of them
-- held out, than the pool takes in all its days gets nothing
with ranked as (

    select
        *,
        sum(case when ready_offset <= 1 and not is_held_out and not is_held_out_next then 1 else 0 end) over (
            partition by channel, pool order by place rows between unbounded preceding and 1 preceding
        ) as certain_ahead
    from {{ ref("int_contact_requests") }}

),

rooms as (

    select
        channel,
        pool,
        sum(capacity) as capacity
    from {{ ref("int_contact_pools") }}
    group by channel, pool

),

final as (

    select
        ranked.person_id,
        ranked.purpose,
        ranked.channel,
        ranked.pool,
        ranked.place,
        ranked.ready_offset,
        ranked.is_held_out,
        ranked.is_held_out_next
    from ranked
    inner join rooms on ranked.channel = rooms.channel and ranked.pool = rooms.pool
    where coalesce(ranked.certain_ahead, 0) < rooms.capacity

)

select * from final
