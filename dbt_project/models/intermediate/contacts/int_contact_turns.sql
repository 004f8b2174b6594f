{#-
    Serial dictatorship in the order of rank, day by day: on each day every pool takes its first so many of those who
    wait, then every channel its first so many of them. Who is held out takes the place that he would have had, and no
    room (ghost contacts, after Johnson, Lewis and Nubbemeyer 2017): a ghost needs room for one more behind those ahead.
-#}
{%- set request = "person_id, purpose, channel, pool, place, ready_offset, is_held_out, is_held_out_next" -%}
{%- set gets_it = "is_in_pool and channel_place <= channel_quota" -%}
-- one row per contender: the day and the place in its pool that it gets, null where there is no room
with day_0 as (

    select
        {{ request }},
        cast(null as integer) as day_offset,
        cast(null as integer) as pool_place,
        false as is_ghost
    from {{ ref("int_contact_contenders") }}

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
            {{ request }},
            case when {{ gets_it }} then {{ day }} else day_offset end as day_offset,
            case when {{ gets_it }} then cast(place_today as integer) else pool_place end as pool_place,
            case when {{ gets_it }} then is_held else is_ghost end as is_ghost
        from channelled_{{ day }}

    ),
{% endfor %}
final as (

    select
        person_id,
        purpose,
        channel,
        pool,
        day_offset,
        pool_place,
        is_ghost
    from day_{{ policy("contact_horizon_days") }}

)

select * from final
