-- one row per user: the person behind it. person_id is the user_id of one of the person's rows: the one that
-- already was it in the previous release, else the first seen
with recursive links as (

    -- everybody on a handle is linked to its first user, both ways
    select distinct
        handles.user_id,
        firsts.user_id as linked_user_id
    from {{ ref("int_handles") }} as handles
    inner join (
        select handle_hash, min({{ by_bytes("user_id") }}) as user_id
        from {{ ref("int_handles") }}
        where users_on_handle > 1 and not is_crowded
        group by handle_hash
    ) as firsts on handles.handle_hash = firsts.handle_hash

),

both_ways as (

    select user_id, linked_user_id from links
    union
    select linked_user_id as user_id, user_id as linked_user_id from links

),

reached (user_id, reached_user_id) as (

    select user_id, linked_user_id from both_ways
    union
    select reached.user_id, both_ways.linked_user_id
    from reached
    inner join both_ways on reached.reached_user_id = both_ways.user_id

),

components as (

    select user_id, min({{ by_bytes("reached_user_id") }}) as component
    from reached
    group by user_id

),

previous as (

    {{ previous_release("state", "persons", {"user_id": dbt.type_string(), "person_id": dbt.type_string()}) }}

),

members as (

    select
        users.user_id,
        users.first_seen_date,
        coalesce(components.component, users.user_id) as component,
        coalesce(previous.person_id = users.user_id, false) as was_anchor
    from {{ ref("int_users") }} as users
    left join components on users.user_id = components.user_id
    left join previous on users.user_id = previous.user_id

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        user_id,
        first_value(user_id) over (
            partition by component
            order by
                case when was_anchor then 0 else 1 end,
                first_seen_date nulls last,
                {{ by_bytes("user_id") }}
        ) as person_id
    from members

)

select * from final
