-- one row per customer whose order lines carry a category: the one on which most was spent, net of refunds
with spent as (

    select
        lines.user_id,
        lines.category,
        sum(lines.net_value) as net_spend
    from {{ ref("int_line_nets") }} as lines
    inner join {{ ref("int_customers") }} as customers on lines.user_id = customers.user_id
    where lines.category is not null
    group by lines.user_id, lines.category

),

ranked as (

    select
        user_id,
        category,
        row_number() over (partition by user_id order by net_spend desc, {{ by_bytes("category") }}) as place
    from spent
    where net_spend > 0

),

final as (

    select
        user_id,
        'product_preference' as category,
        category as value,
        cast(null as {{ dbt.type_string() }}) as label_en,
        cast(null as {{ dbt.type_string() }}) as label_zh,
        'order_lines' as source
    from ranked
    where place = 1

)

select * from final
