-- one row per order of the orders feed, as it stood on as_of_date
with landed as (

    select *
    from {{ source("raw", "orders") }}
    where business_date <= {{ as_of_date() }}

),

-- most order ids come once: only the others need their newest version looked for
single as (

    select
        *,
        1 as version_rank,
        user_id as first_user_id,
        user_id as last_user_id
    from landed
    where not is_repeated

),

ranked as (

    select
        *,
        row_number() over (
            partition by order_id
            order by
                {{ by_bytes("source_file") }} desc,
                updated_at desc nulls last,
                ordered_at desc,
                user_id desc nulls last,
                amount desc,
                status desc,
                refund_of_order_id desc nulls last,
                channel desc nulls last,
                store_id desc nulls last,
                coupon desc nulls last,
                source_row
        ) as version_rank,
        min(user_id) over (partition by order_id, source_file) as first_user_id,
        max(user_id) over (partition by order_id, source_file) as last_user_id
    from landed
    where coalesce(is_repeated, true)

),

versions as (

    select * from single
    union all
    select * from ranked

),

final as (

    select
        order_id,
        coalesce(user_id, first_user_id) as user_id,
        ordered_at,
        business_date as order_date,
        amount,
        status,
        refund_of_order_id,
        channel,
        store_id,
        coupon,
        coalesce(first_user_id <> last_user_id, false) as has_two_users,
        source_file,
        source_row
    from versions
    where version_rank = 1

)

select * from final
