-- one row per sku that counts: what the shop sold of it, anonymous buyers included
with sums as (

    select
        sku,
        sum(net_quantity) as units,
        count(distinct case when side = 'completed' then order_id end) as orders,
        sum(net_value) as net_value,
        sum(case when side = 'completed' and net_quantity > 0 and net_value > 0 then net_value end) as paid,
        sum(case when side = 'completed' and net_quantity > 0 and net_value > 0 then net_quantity end) as paid_units
    from {{ ref("int_line_nets") }}
    where sku is not null
    group by sku

),

whole_numbers as (

    select
        *,
        cast(round(paid * 100, 0) as bigint) as cents,
        cast(paid_units * 10000 as bigint) as ten_thousandths
    from sums

),

final as (

    select
        sku,
        cast(units as decimal(18, 4)) as units,
        cast(orders as integer) as orders,
        cast(round(net_value, 2) as decimal(18, 2)) as net_revenue,
        -- (cents / 100) per (ten_thousandths / 10000)
        {{ quotient("cents * 100", "ten_thousandths", places=2) }} as average_price
    from whole_numbers

)

select * from final
