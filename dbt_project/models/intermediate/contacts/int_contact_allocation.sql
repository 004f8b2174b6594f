-- one row per request: the day and the place in its pool that it gets, or what it is that has no room
with roomy as (

    -- where an account has room left on a day, it is the channel that has none
    select
        pools.channel,
        pools.pool,
        max(pools.day_offset) as last_day
    from {{ ref("int_contact_pools") }} as pools
    left join (
        select channel, pool, day_offset, count(*) as taken
        from {{ ref("int_contact_turns") }}
        where not is_ghost and day_offset is not null
        group by channel, pool, day_offset
    ) as used
        on pools.channel = used.channel and pools.pool = used.pool and pools.day_offset = used.day_offset
    where pools.capacity > coalesce(used.taken, 0)
    group by pools.channel, pools.pool

),

final as (

    select
        requests.person_id,
        requests.purpose,
        requests.channel,
        requests.pool,
        requests.place,
        requests.ready_offset,
        allocated.day_offset,
        allocated.pool_place,
        coalesce(allocated.is_ghost, false) as is_ghost,
        case
            when allocated.day_offset is not null then null
            when requests.ready_offset > {{ policy("contact_horizon_days") }} then 'person_cap'
            when roomy.last_day >= requests.ready_offset or channels.needs = 'phone' then 'channel_quota'
            else 'account_quota'
        end as deferred_because
    from {{ ref("int_contact_requests") }} as requests
    inner join {{ ref("contact_channels") }} as channels on requests.channel = channels.channel
    left join {{ ref("int_contact_turns") }} as allocated
        on requests.person_id = allocated.person_id and requests.purpose = allocated.purpose
    left join roomy on requests.channel = roomy.channel and requests.pool = roomy.pool

)

select * from final
