-- one row per known user and business day with counted amounts: the day net
with amounts as (

    select *
    from {{ ref("int_order_amounts") }}
    where user_id is not null

),

final as (

    select
        user_id,
        net_date,
        cast(sum(amount) as decimal(18, 2)) as day_net
    from amounts
    group by user_id, net_date

)

select * from final
