-- one row per sku that counts: what it sold, to how many customers, and how many of them came back
with buyers as (

    select
        *,
        purchase_number = 1 as is_first_purchase,
        {{ days_between("purchase_date", as_of_date()) }} >= {{ policy("comeback_days") }} as is_observed,
        coalesce(
            {{ days_between("purchase_date", "next_purchase_date") }} <= {{ policy("comeback_days") }}, false
        ) as has_come_back
    from {{ ref("int_sku_buyers") }}

),

people as (

    select
        sku,
        count(*) as buyers,
        sum(case when is_first_purchase then 1 else 0 end) as first_purchases,
        sum(case when is_observed then 1 else 0 end) as observed_buyers,
        sum(case when is_observed and has_come_back then 1 else 0 end) as came_back
    from buyers
    group by sku

),

everybody as (

    select count(*) as first_purchases
    from {{ ref("int_purchases") }}
    where purchase_number = 1

),

final as (

    select
        sales.sku,
        sales.units,
        sales.orders,
        cast(coalesce(people.buyers, 0) as integer) as buyers,
        sales.net_revenue,
        sales.average_price,
        cast(coalesce(people.first_purchases, 0) as integer) as first_purchases,
        {{ quotient("coalesce(people.first_purchases, 0)", "everybody.first_purchases") }} as first_purchase_share,
        cast(coalesce(people.observed_buyers, 0) as integer) as observed_buyers,
        cast(coalesce(people.came_back, 0) as integer) as came_back,
        {{ quotient("people.came_back", "people.observed_buyers") }} as comeback_share
    from {{ ref("int_sku_sales") }} as sales
    left join people on sales.sku = people.sku
    cross join everybody

)

select * from final
