-- one row per run up to this release; the only mart that holds wall-clock times
select
    {{ as_of_date() }} as as_of_date,
    run,
    run_as_of_date,
    started_at,
    finished_at,
    status,
    failed_step,
    message
from {{ source("raw", "runs") }}
