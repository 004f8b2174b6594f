-- one row per customer and tag: what is known of a person, and where it is known from
with tags as (

    select * from {{ ref("int_tags_of_profile") }}
    union all
    select * from {{ ref("int_tags_of_interests") }}
    union all
    select * from {{ ref("int_tags_of_product_preference") }}
    union all
    select * from {{ ref("int_tags_of_price_habit") }}
    union all
    select * from {{ ref("int_tags_of_order_times") }}
    union all
    select * from {{ ref("int_tags_of_fan_level") }}
    union all
    select * from {{ ref("int_tags_of_cold_start") }}
    union all
    select * from {{ ref("int_tags_of_surveys") }}

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        tags.user_id,
        {{ dbt.concat(["tags.category", "':'", "tags.value"]) }} as tag,
        tags.category,
        tags.value,
        coalesce(tags.label_en, tags.value) as label_en,
        coalesce(tags.label_zh, tags.value) as label_zh,
        categories.label_en as category_en,
        categories.label_zh as category_zh,
        categories.dimension,
        tags.source
    from tags
    inner join {{ ref("tag_categories") }} as categories on tags.category = categories.category

)

select * from final
