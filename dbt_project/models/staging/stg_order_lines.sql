-- one row per line of the file that holds the order's newest version; equal lines of one file are all kept
with landed as (

    select *
    from {{ source("raw", "order_lines") }}
    where business_date <= {{ as_of_date() }}

),

-- most order ids come in one file only: only the others need their newest file looked for
newest_files as (

    select
        order_id,
        max({{ by_bytes("source_file") }}) as source_file
    from landed
    where coalesce(is_repeated, true)
    group by order_id

),

final as (

    select
        landed.order_id,
        landed.user_id,
        landed.ordered_at,
        landed.business_date as order_date,
        landed.sku,
        landed.product_name,
        landed.category,
        landed.quantity,
        landed.unit_price,
        cast(coalesce(landed.line_amount, landed.quantity * landed.unit_price) as decimal(22, 8)) as line_value,
        landed.list_price,
        landed.unit_cost,
        landed.coupon,
        landed.status,
        landed.refund_of_order_id,
        landed.source_file,
        landed.source_row
    from landed
    left join newest_files on landed.order_id = newest_files.order_id
    where newest_files.source_file is null or landed.source_file = newest_files.source_file

)

select * from final
