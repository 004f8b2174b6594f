-- one row per user who has bought after as_of_date, as far as it has landed: that may take somebody off a list
select
    user_id,
    max(business_date) as purchase_date
from (
    select user_id, business_date
    from {{ source("raw", "orders") }}
    where status = 'completed' and amount > 0

    union all

    select user_id, business_date
    from {{ source("raw", "order_lines") }}
    where status = 'completed' and coalesce(line_amount, quantity * unit_price) > 0
) as orders
where user_id is not null and business_date > {{ as_of_date() }}
group by user_id
