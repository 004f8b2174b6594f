-- one row per person with a slot ahead who has bought a product that has a name: the last one
with persons as (

    select distinct person_id from {{ ref("int_operator_tasks") }}

),

bought as (

    select
        persons.person_id,
        lines.product_name,
        row_number() over (
            partition by persons.person_id
            order by
                lines.order_date desc,
                lines.net_value desc,
                {{ by_bytes("lines.order_id") }} asc,
                {{ by_bytes("lines.product_name") }} asc
        ) as place
    from persons
    inner join {{ ref("persons") }} as members on persons.person_id = members.person_id
    inner join {{ ref("int_line_nets") }} as lines on members.user_id = lines.user_id
    where lines.product_name is not null and lines.side = 'completed' and lines.net_value > 0

),

final as (

    select person_id, product_name as last_product
    from bought
    where place = 1

)

select * from final
