-- one row per user of the statistics: everyone but staff
select
    user_id,
    is_stub,
    registered_date,
    first_seen_date
from {{ ref("int_users") }}
where not is_staff
