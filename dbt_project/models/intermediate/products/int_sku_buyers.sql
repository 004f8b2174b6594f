-- one row per customer and sku that the customer bought: the first purchase that holds it, and what came after
with bought as (

    -- a purchase is a day, so is a sku's; a gift (nothing paid) is not bought
    select distinct user_id, sku, order_date
    from {{ ref("int_line_nets") }}
    where side = 'completed' and net_value > 0 and sku is not null and user_id is not null

),

purchases as (

    select * from {{ ref("int_purchases") }}

),

firsts as (

    select
        bought.user_id,
        bought.sku,
        min(purchases.purchase_number) as purchase_number
    from bought
    inner join purchases on bought.user_id = purchases.user_id and bought.order_date = purchases.purchase_date
    group by bought.user_id, bought.sku

),

final as (

    select
        firsts.user_id,
        firsts.sku,
        firsts.purchase_number,
        purchases.purchase_date,
        purchases.next_purchase_date
    from firsts
    inner join purchases
        on firsts.user_id = purchases.user_id and firsts.purchase_number = purchases.purchase_number

)

select * from final
