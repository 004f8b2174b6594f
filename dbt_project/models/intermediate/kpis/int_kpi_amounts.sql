-- one row per counted order and side of everybody but staff, anonymous ones too, with the channel that it counts in
with amounts as (

    select * from {{ ref("int_order_amounts") }}

),

-- as they stood on as_of_date, deleted ones too: what the company sold stays sold
users as (

    select
        user_id,
        channel,
        coalesce(is_staff, false) as is_staff
    from {{ ref("stg_users") }}

),

final as (

    select
        amounts.order_id,
        amounts.user_id,
        amounts.ordered_at,
        amounts.net_date,
        coalesce(amounts.channel, users.channel, 'unknown') as channel,
        amounts.side,
        amounts.amount
    from amounts
    left join users on amounts.user_id = users.user_id
    where users.user_id is null or not users.is_staff

)

select * from final
