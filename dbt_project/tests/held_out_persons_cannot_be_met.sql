-- no list says how to meet a person who is held out, or what to say
select schedule_id
from {{ ref("operator_tasks") }}
where is_held_out and coalesce(handle_hash, script_en, script_zh, offer_en) is not null

union all

select schedule_id
from {{ ref("recall_list") }}
where is_held_out and coalesce(handle_hash, script_en, script_zh, offer_en) is not null
