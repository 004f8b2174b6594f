-- one row per group and operator that it had before tonight, in their order; is_last: the one that it had last
with previous as (

    {{ previous_release("state", "group_hands", {
        "group_id": dbt.type_string(), "hand": "integer", "operator_id": dbt.type_string(), "since": "date",
    }) }}

),

final as (

    select
        previous.*,
        previous.hand = max(previous.hand) over (partition by previous.group_id) as is_last
    from previous

)

select * from final
