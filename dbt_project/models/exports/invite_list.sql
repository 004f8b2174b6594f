-- one row per invitation that lies ahead: whom to invite into which group, when, from which account, with which words
select
    schedule_id,
    person_id,
    user_id,
    nickname,
    planned_date,
    window_start,
    window_end,
    is_issued,
    group_id,
    group_name,
    playbook_en as group_kind_en,
    playbook_zh as group_kind_zh,
    channel,
    handle_kind,
    handle_hash,
    account_id,
    operator_id,
    script_en,
    script_zh,
    attempt
from {{ ref("operator_tasks") }}
where purpose = 'invitation'
