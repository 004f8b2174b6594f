-- one row per customer of whom it is known whether they bought at a discount (below list price or with a coupon)
with bought as (

    select user_id, has_coupon, is_below_list_price, 'order_lines' as source
    from {{ ref("int_line_nets") }}
    where side = 'completed' and net_value > 0

    union all

    select user_id, coupon is not null as has_coupon, null as is_below_list_price, 'orders' as source
    from {{ ref("stg_orders") }}
    where
        status = 'completed' and amount > 0
        and order_id not in (select order_id from {{ ref("int_order_faults") }})

),

-- no coupon says something only where the shop records coupons at all
shop as (

    select coalesce(max(case when has_coupon then 1 else 0 end), 0) = 1 as has_coupons
    from bought

),

counted as (

    select
        bought.user_id,
        bought.source,
        sum(case when bought.has_coupon or bought.is_below_list_price then 1 else 0 end) as at_a_discount,
        count(*) as known
    from bought
    inner join {{ ref("int_customers") }} as customers on bought.user_id = customers.user_id
    cross join shop
    where shop.has_coupons or bought.is_below_list_price is not null
    group by bought.user_id, bought.source

),

habits as (

    select
        user_id,
        source,
        case
            when at_a_discount * 100 >= known * {{ policy("price_habit_discount_share") }} then 'discount'
            else 'full_price'
        end as price_habit
    from counted

),

final as (

    select
        habits.user_id,
        'price_habit' as category,
        habits.price_habit as value,
        labels.label_en,
        labels.label_zh,
        habits.source
    from habits
    left join {{ ref("price_habits") }} as labels on habits.price_habit = labels.price_habit

)

select * from final
