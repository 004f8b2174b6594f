-- a customer's periods are half-open, begin before they end, never overlap, and the open one is the last
with periods as (

    select
        user_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by user_id order by valid_from, valid_to nulls last) as next_from
    from {{ ref("segment_history") }}

)

select user_id, valid_from, valid_to, next_from
from periods
where
    valid_to <= valid_from
    or valid_from > {{ as_of_date() }}
    or valid_to > {{ as_of_date() }}
    or next_from < coalesce(valid_to, {{ as_of_date() }})
    or (valid_to is null and next_from is not null)
