{#-
    Serial dictatorship in the order of rank, day by day: on each day every pool takes its first so many of those who wait,
    then every channel its first so many of them. Who is held out takes the place that he would have had, and no room
    (ghost contacts, after Johnson, Lewis and Nubbemeyer 2017): a ghost needs room for one more behind those ahead of it.
-#}
-- one row per request: the day and the place in its pool that it gets, or what it is that has no room
with requests as (

    select
        requests.*,
        sum(
            case
                when
                    requests.ready_offset <= 1 and not requests.is_held_out and not requests.is_held_out_next
                    then 1
                else 0
            end
        )
            over (
                partition by requests.channel, requests.pool
                order by requests.place
                rows between unbounded preceding and 1 preceding
            ) as certain_ahead,
        coalesce(room.capacity, 0) as room
    from {{ ref("int_contact_requests") }} as requests
    left join (
        select channel, pool, sum(capacity) as capacity
        from {{ ref("int_contact_pools") }}
        group by channel, pool
    ) as room on requests.channel = room.channel and requests.pool = room.pool

),

-- who has more people ahead, all ready from the first day on, than the pool takes in all days gets nothing: left out early
day_0 as (

    select
        person_id,
        purpose,
        channel,
        pool,
        place,
        ready_offset,
        is_held_out,
        is_held_out_next,
        cast(null as integer) as day_offset,
        cast(null as integer) as pool_place,
        false as is_ghost
    from requests
    where coalesce(certain_ahead, 0) < room

),
{% for day in range(1, policy("contact_horizon_days") | int + 1) %}
    waiting_{{ day }} as (

        select
            requests.*,
            pools.capacity,
            pools.channel_quota,
            requests.day_offset is null and requests.ready_offset <= {{ day }} and coalesce(pools.capacity, 0) > 0
                as is_waiting,
            case when pools.is_next_period then requests.is_held_out_next else requests.is_held_out end as is_held
        from day_{{ day - 1 }} as requests
        left join {{ ref("int_contact_pools") }} as pools
            on requests.channel = pools.channel and requests.pool = pools.pool and pools.day_offset = {{ day }}

    ),

    pooled_{{ day }} as (

        select
            *,
            sum(case when is_waiting and not is_held then 1 else 0 end) over (
                partition by channel, pool order by place rows between unbounded preceding and current row
            ) + case when is_held then 1 else 0 end as place_today
        from waiting_{{ day }}

    ),

    channelled_{{ day }} as (

        select
            *,
            is_waiting and place_today <= capacity as is_in_pool,
            sum(case when is_waiting and not is_held and place_today <= capacity then 1 else 0 end) over (
                partition by channel order by place rows between unbounded preceding and current row
            ) + case when is_held then 1 else 0 end as channel_place
        from pooled_{{ day }}

    ),

    day_{{ day }} as {{ materialized() }} (

        select
            person_id,
            purpose,
            channel,
            pool,
            place,
            ready_offset,
            is_held_out,
            is_held_out_next,
            case when is_in_pool and channel_place <= channel_quota then {{ day }} else day_offset end as day_offset,
            case
                when is_in_pool and channel_place <= channel_quota then cast(place_today as integer) else pool_place
            end
                as pool_place,
            case when is_in_pool and channel_place <= channel_quota then is_held else is_ghost end as is_ghost
        from channelled_{{ day }}

    ),
{% endfor %}
roomy as (

    -- where an account has room left on a day, it is the channel that has none
    select
        pools.channel,
        pools.pool,
        max(pools.day_offset) as last_day
    from {{ ref("int_contact_pools") }} as pools
    left join (
        select channel, pool, day_offset, count(*) as taken
        from day_{{ policy("contact_horizon_days") }}
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
    left join day_{{ policy("contact_horizon_days") }} as allocated
        on requests.person_id = allocated.person_id and requests.purpose = allocated.purpose
    left join roomy on requests.channel = roomy.channel and requests.pool = roomy.pool

)

select * from final
