-- one row per customer: what this release knew of the purchases, so that the next one can tell a correction
select
    {{ as_of_date() }} as as_of_date,
    customers.user_id,
    customers.registered_date,
    count(purchases.purchase_date) as purchases,
    cast(
        coalesce(sum({{ squared_day("purchases.purchase_date") }}), 0) as bigint
    ) as purchase_days_squared
from {{ ref("int_customers") }} as customers
left join {{ ref("int_purchases") }} as purchases on customers.user_id = purchases.user_id
group by customers.user_id, customers.registered_date
