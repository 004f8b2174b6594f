-- everyone of the statistics has a row, also one whose segment or tier lost its label, and nobody else has
select
    known.user_id as known_user_id,
    customers.user_id
from {{ ref("int_customers") }} as known
full outer join {{ ref("customers") }} as customers on known.user_id = customers.user_id
where known.user_id is null or customers.user_id is null
