-- one row per person and purpose that may ask for a contact: what a slot for it says beside its day and sender
select
    person_id,
    'recall' as purpose,
    user_id,
    playbook,
    value_tier,
    offer,
    script_key,
    attempt,
    score,
    last_purchase_date
from {{ ref("int_recall_requests") }}

union all

select
    person_id,
    'invitation' as purpose,
    user_id,
    group_kind as playbook,
    value_tier,
    'none' as offer,
    script_key,
    attempt,
    value as score,
    cast(null as date) as last_purchase_date
from {{ ref("int_invitations") }}
