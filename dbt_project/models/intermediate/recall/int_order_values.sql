-- one row per person to whom a playbook applies: what the next purchase is expected to be worth
with own as (

    select
        user_id,
        {{ quotient("cast(greatest(lifetime_monetary, 0) * 100 as bigint)", "lifetime_purchases * 100", 2) }}
            as own_mean
    from {{ ref("int_customer_totals") }}

),

shop as (

    select
        {{ quotient(
            "cast(greatest(sum(lifetime_monetary), 0) * 100 as bigint)", "cast(sum(lifetime_purchases) as bigint) * 100", 2
        ) }} as shop_mean
    from {{ ref("int_customer_totals") }}

),

final as (

    select
        persons.person_id,
        cast(coalesce(
            customer_value.expected_spend_per_purchase, own.own_mean, shop.shop_mean, 0
        ) as decimal(18, 2)) as order_value
    from {{ ref("int_recall_persons") }} as persons
    cross join shop
    left join {{ ref("customer_value") }} as customer_value on persons.user_id = customer_value.user_id
    left join own on persons.user_id = own.user_id

)

select * from final
