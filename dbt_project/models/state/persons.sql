-- one row per user: the person behind it. person_id is the user_id of one of the person's rows: the one that
-- already was it in the previous release, else the first seen
with components as (

    {{ connected_users(ref("int_handles")) }}

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
