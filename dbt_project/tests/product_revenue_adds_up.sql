-- what products brought, and lines without a sku, is what all orders but staff's brought: a cent's half at most apart
-- for every rounded order and every rounded product
with products as (

    select
        count(*) as number,
        coalesce(sum(net_revenue), 0) as revenue
    from {{ ref("product_roles") }}

),

without_sku as (

    select coalesce(sum(net_value), 0) as revenue
    from {{ ref("int_line_nets") }}
    where sku is null

),

company as (

    select
        count(*) as number,
        coalesce(sum(amount), 0) as revenue
    from {{ ref("int_orders") }}
    where
        feed = 'order_lines' and is_counted
        and order_id not in (select order_id from {{ ref("int_order_faults") }})
        and (user_id is null or user_id not in (select user_id from {{ ref("stg_users") }} where is_staff))

)

select
    products.revenue as products_revenue,
    without_sku.revenue as without_sku_revenue,
    company.revenue as company_revenue
from products
cross join without_sku
cross join company
where
    abs(products.revenue + without_sku.revenue - company.revenue) > (products.number + company.number) * 0.005
