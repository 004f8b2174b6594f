-- one row per stratum and place that its open groups give away tonight: the group nearest to its least size fills first
with promoted as (

    select
        group_id,
        count(*) as people
    from {{ ref("int_group_promotions") }}
    group by group_id

),

rooms as (

    select
        rooms.group_id,
        rooms.stratum,
        rooms.group_name,
        rooms.inside + rooms.pending as taken,
        least(rooms.free, rooms.invitations) - coalesce(promoted.people, 0) as free
    from {{ ref("int_group_rooms") }} as rooms
    left join promoted on rooms.group_id = promoted.group_id

),

final as (

    select
        rooms.stratum,
        rooms.group_id,
        row_number() over (
            partition by rooms.stratum
            order by
                case when rooms.taken < {{ policy("group_least_size") }} then 0 else 1 end,
                rooms.taken desc,
                {{ by_bytes("rooms.group_name") }} asc,
                numbers.generated_number asc
        ) as seat
    from rooms
    inner join ({{ dbt.generate_series(policy("group_most_size") | int) }}) as numbers
        on rooms.free >= numbers.generated_number

)

select * from final
