-- whoever answered a survey and has not bought is in a cold start layer; who has bought is in none
with layered as (

    select user_id
    from {{ ref("customer_tags") }}
    where category = 'cold_start_layer'

),

answered as (

    select distinct user_id
    from {{ ref("stg_surveys") }}
    where answer is not null

)

select
    customers.user_id,
    customers.lifetime_purchases
from {{ ref("customers") }} as customers
left join layered on customers.user_id = layered.user_id
left join answered on customers.user_id = answered.user_id
where
    (layered.user_id is not null and customers.lifetime_purchases > 0)
    or (layered.user_id is null and answered.user_id is not null and customers.lifetime_purchases = 0)
