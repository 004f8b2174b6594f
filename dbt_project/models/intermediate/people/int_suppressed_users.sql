-- one row per user and kind of suppression that keeps everybody away: a whitelist entry does not
select
    user_id,
    kind,
    is_as_of
from {{ ref("int_matched_suppressions") }}
where kind <> 'whitelist'
