-- customer_value holds the same customers as customer_rfm, with the same purchases and days
select
    rfm.user_id as rfm_user_id,
    valued.user_id as value_user_id
from {{ ref("customer_rfm") }} as rfm
full outer join {{ ref("customer_value") }} as valued on rfm.user_id = valued.user_id
where
    rfm.user_id is null
    or valued.user_id is null
    or valued.repeat_purchases <> rfm.lifetime_purchases - 1
    or valued.customer_age_days <> {{ days_between("rfm.first_purchase_date", as_of_date()) }}
    or valued.customer_age_days - valued.days_to_last_purchase <> rfm.recency_days
