-- one row per person and move that the release before asked for
{{ previous_release("marts", "group_moves", {
    "person_id": dbt.type_string(), "group_kind": dbt.type_string(), "move": dbt.type_string(),
    "from_group_id": dbt.type_string(), "to_group_id": dbt.type_string(),
}) }}
