-- every customer has one open period in segment_history, which says what customers says, and nobody else has one
select
    customers.user_id as customer_id,
    history.user_id as period_of,
    count(*) as periods
from {{ ref("customers") }} as customers
full outer join (select * from {{ ref("segment_history") }} where valid_to is null) as history
    on customers.user_id = history.user_id
    and customers.segment = history.segment
    and customers.stage = history.stage
    and coalesce(customers.value_tier, '') = coalesce(history.value_tier, '')
group by customers.user_id, history.user_id
having customers.user_id is null or history.user_id is null or count(*) > 1
