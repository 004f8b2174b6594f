-- one row per customer whom a list may hold: the audience file behind each segment
select
    customers.user_id,
    customers.person_id,
    customers.nickname,
    customers.channel,
    customers.city,
    customers.country,
    customers.segment,
    customers.segment_en,
    customers.segment_zh,
    customers.rfm_code,
    customers.value_tier,
    customers.value_tier_en,
    customers.value_tier_zh,
    customers.last_purchase_date,
    customers.recency_days,
    customers.frequency,
    customers.monetary,
    customers.lifetime_purchases,
    customers.lifetime_monetary
from {{ ref("customers") }} as customers
left join {{ ref("int_unlisted_persons") }} as unlisted on customers.person_id = unlisted.person_id
where unlisted.person_id is null
