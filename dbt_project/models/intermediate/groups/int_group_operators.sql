-- one row per open group: who runs it from tonight on; null where nobody has room, or it changed hands often enough
with wanting as (

    select
        group_id,
        row_number() over (order by people desc, {{ by_bytes("group_id") }} asc) as place
    from {{ ref("int_group_holders") }}
    where
        operator_id is null
        and (operator_before is null or changes < {{ policy("operator_hands_at_most") }})

),

final as (

    select
        holders.group_id,
        holders.inside,
        holders.pending,
        coalesce(holders.operator_id, takers.operator_id) as operator_id,
        holders.operator_before,
        takers.operator_id is not null as is_given
    from {{ ref("int_group_holders") }} as holders
    left join wanting on holders.group_id = wanting.group_id
    left join {{ ref("int_group_takers") }} as takers on wanting.place = takers.place

)

select * from final
