-- one row per sku that counts in any order line: what it does for the shop, the figures beside each label
with held as (

    select
        sku,
        max(case when role = 'traffic_driver' then 1 else 0 end) = 1 as is_traffic_driver,
        max(case when role = 'hit' then 1 else 0 end) = 1 as is_hit,
        max(case when role = 'repeat_driver' then 1 else 0 end) = 1 as is_repeat_driver,
        max(case when role = 'high_price' then 1 else 0 end) = 1 as is_high_price,
        max(case when role = 'one_time' then 1 else 0 end) = 1 as is_one_time
    from {{ ref("int_product_role_holders") }}
    group by sku

),

ranked as (

    select
        holders.sku,
        labels.role,
        labels.label_en,
        labels.label_zh,
        row_number() over (partition by holders.sku order by labels.priority) as place
    from {{ ref("int_product_role_holders") }} as holders
    inner join {{ ref("product_role_labels") }} as labels on holders.role = labels.role

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        figures.sku,
        names.product_name,
        names.category,
        figures.units,
        figures.orders,
        figures.buyers,
        figures.net_revenue,
        figures.average_price,
        figures.first_purchases,
        figures.first_purchase_share,
        figures.observed_buyers,
        figures.came_back,
        figures.comeback_share,
        coalesce(held.is_traffic_driver, false) as is_traffic_driver,
        coalesce(held.is_hit, false) as is_hit,
        coalesce(held.is_repeat_driver, false) as is_repeat_driver,
        coalesce(held.is_high_price, false) as is_high_price,
        coalesce(held.is_one_time, false) as is_one_time,
        ranked.role,
        ranked.label_en as role_en,
        ranked.label_zh as role_zh
    from {{ ref("int_sku_figures") }} as figures
    inner join {{ ref("int_sku_names") }} as names on figures.sku = names.sku
    left join held on figures.sku = held.sku
    left join ranked on figures.sku = ranked.sku and ranked.place = 1

)

select * from final
