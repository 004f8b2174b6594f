-- customer_rfm holds exactly the customers with a purchase, and customers shows the same figures
select
    coalesce(customers.user_id, rfm.user_id) as user_id,
    customers.lifetime_purchases,
    rfm.rfm_code
from (select * from {{ ref("customers") }} where lifetime_purchases > 0) as customers
full outer join {{ ref("customer_rfm") }} as rfm on customers.user_id = rfm.user_id
where
    customers.user_id is null
    or rfm.user_id is null
    or customers.first_purchase_date <> rfm.first_purchase_date
    or customers.last_purchase_date <> rfm.last_purchase_date
    or customers.recency_days <> rfm.recency_days
    or customers.frequency <> rfm.frequency
    or customers.monetary <> rfm.monetary
    or customers.lifetime_purchases <> rfm.lifetime_purchases
    or customers.lifetime_monetary <> rfm.lifetime_monetary
    or customers.rfm_code <> rfm.rfm_code
    or customers.segment <> rfm.segment
    or customers.value_tier <> rfm.value_tier
