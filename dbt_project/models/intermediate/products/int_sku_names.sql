-- one row per sku that counts: the product name and the category that most of its lines carry
with spellings as (

    select
        sku,
        product_name,
        category,
        count(*) as lines
    from {{ ref("int_line_nets") }}
    where sku is not null
    group by sku, product_name, category

),

names as (

    select
        sku,
        product_name,
        row_number() over (
            partition by sku order by sum(lines) desc, {{ by_bytes("product_name") }}
        ) as place
    from spellings
    where product_name is not null
    group by sku, product_name

),

categories as (

    select
        sku,
        category,
        row_number() over (
            partition by sku order by sum(lines) desc, {{ by_bytes("category") }}
        ) as place
    from spellings
    where category is not null
    group by sku, category

),

skus as (

    select distinct sku from spellings

),

final as (

    select
        skus.sku,
        names.product_name,
        categories.category
    from skus
    left join names on skus.sku = names.sku and names.place = 1
    left join categories on skus.sku = categories.sku and categories.place = 1

)

select * from final
