-- nobody who was given a group tonight is away or over the limits
select operator_id
from {{ ref("operator_load") }}
where given_groups > 0 and (is_over_limit or not is_active)
