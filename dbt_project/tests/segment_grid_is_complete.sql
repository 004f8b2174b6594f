-- each of the 25 cells of recency and frequency score has exactly one segment, and there is no other cell
select
    r_score,
    f_score,
    count(*) as segments
from {{ ref("segment_grid") }}
group by r_score, f_score
having count(*) <> 1 or r_score not between 1 and 5 or f_score not between 1 and 5

union all

select
    null as r_score,
    null as f_score,
    count(*) as segments
from {{ ref("segment_grid") }}
having count(*) <> 25
