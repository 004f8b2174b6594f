-- one row per acquisition channel, bucket and length of wait, as of the calibration day: how many waits there are of
-- that length, and how many of them ended with a purchase
with purchases as (

    select * from {{ ref("int_purchases") }}

),

waits as (

    -- who has not come back by the calibration day is still waiting on it
    select
        users.channel,
        least(purchases.purchase_number, 3) as bucket,
        purchases.purchase_date,
        case
            when purchases.next_purchase_date <= {{ calibration_date() }} then purchases.next_purchase_date
        end as returned_date
    from purchases
    left join {{ ref("stg_users") }} as users on purchases.user_id = users.user_id
    where purchases.purchase_date <= {{ calibration_date() }}

),

measured as (

    select
        channel,
        bucket,
        cast(
            {{ days_between("purchase_date", "coalesce(returned_date, " ~ calibration_date() ~ ")") }} as integer
        ) as wait_days,
        case when returned_date is null then 0 else 1 end as has_returned
    from waits

),

final as (

    select
        channel,
        bucket,
        wait_days,
        count(*) as waits,
        sum(has_returned) as returned
    from measured
    group by channel, bucket, wait_days

)

select * from final
