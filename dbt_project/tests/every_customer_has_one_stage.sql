-- everyone of the statistics, leads included, has one row of customer_lifecycle, and nobody else has
select
    known.user_id as known_user_id,
    lifecycle.user_id,
    count(*) as number
from {{ ref("int_customers") }} as known
full outer join {{ ref("customer_lifecycle") }} as lifecycle on known.user_id = lifecycle.user_id
group by known.user_id, lifecycle.user_id
having known.user_id is null or lifecycle.user_id is null or count(*) > 1
