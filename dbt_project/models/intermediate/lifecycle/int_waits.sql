-- one row per customer and wait for the next purchase, the one that is on and, where it may have ended a churn, the one
-- before: with the customer's own gaps up to then
with totals as (

    select * from {{ ref("int_customer_totals") }} where lifetime_purchases > 0

),

waits as (

    select user_id, lifetime_purchases as after_purchase
    from totals

    union all

    select user_id, lifetime_purchases - 1 as after_purchase
    from totals
    where lifetime_purchases >= 2 and recency_days <= {{ policy("reactivated_days") }}

),

gaps as (

    select
        user_id,
        purchase_number,
        {{ days_between("purchase_date", "next_purchase_date") }} as gap_days
    from {{ ref("int_purchases") }}
    where next_purchase_date is not null

),

ranked_gaps as (

    select
        waits.user_id,
        waits.after_purchase,
        gaps.gap_days,
        row_number() over (
            partition by waits.user_id, waits.after_purchase order by gaps.gap_days, gaps.purchase_number
        ) as place
    from waits
    inner join gaps on waits.user_id = gaps.user_id and gaps.purchase_number < waits.after_purchase
    where waits.after_purchase > {{ policy("churn_min_own_gaps") }}

),

-- percentile_disc: the smallest gap that at least this share of the customer's gaps does not exceed
own_gaps as (

    select
        user_id,
        after_purchase,
        min(gap_days) as own_gap_days
    from ranked_gaps
    where place * 100 >= {{ policy("churn_own_gap_percent") }} * (after_purchase - 1)
    group by user_id, after_purchase

),

final as (

    select
        waits.user_id,
        cast(waits.after_purchase as integer) as after_purchase,
        cast(waits.after_purchase - 1 as integer) as own_gaps,
        cast(own_gaps.own_gap_days as integer) as own_gap_days
    from waits
    left join own_gaps on waits.user_id = own_gaps.user_id and waits.after_purchase = own_gaps.after_purchase

)

select * from final
