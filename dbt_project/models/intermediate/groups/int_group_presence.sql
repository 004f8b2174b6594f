-- one row per person and group of the feeds: whether the person is inside, since when (null: nobody says), and as what
with happened as (

    select
        group_id,
        user_id,
        coalesce(joined_at, cast({{ epoch_date() }} as timestamp)) as happened_at,
        1 as is_inside
    from {{ ref("stg_group_members") }}

    union all

    select group_id, user_id, left_at as happened_at, 0 as is_inside
    from {{ ref("stg_group_members") }}
    where cast(left_at as date) <= {{ as_of_date() }}

    union all

    select
        group_id,
        user_id,
        occurred_at as happened_at,
        case when event_type = 'join' then 1 else 0 end as is_inside
    from {{ ref("stg_community_events") }}
    where event_type in ('join', 'leave') and group_id is not null

),

ordered as (

    select
        happened.*,
        row_number() over (
            partition by happened.group_id, happened.user_id order by happened.happened_at desc, happened.is_inside asc
        ) as place
    from happened

),

final as (

    select
        persons.person_id,
        ordered.group_id as feed_group_id,
        max(ordered.is_inside) = 1 as is_inside,
        nullif(
            min(case when ordered.is_inside = 1 then cast(ordered.happened_at as date) end), {{ epoch_date() }}
        ) as since,
        min({{ by_bytes("case when ordered.is_inside = 1 then members.role end") }}) as role
    from ordered
    inner join {{ ref("persons") }} as persons on ordered.user_id = persons.user_id
    inner join {{ ref("int_customers") }} as customers on ordered.user_id = customers.user_id
    left join {{ ref("stg_group_members") }} as members
        on ordered.group_id = members.group_id and ordered.user_id = members.user_id
    where ordered.place = 1
    group by persons.person_id, ordered.group_id

)

select * from final
