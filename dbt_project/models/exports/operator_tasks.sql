-- one row per slot that lies ahead, whatever its purpose, as operators see it; who is held out is marked and has
-- neither script nor handle
with last_contacts as (

    select person_id, max(contacted_on) as last_contact_date
    from {{ ref("int_person_contacts") }}
    where not is_ghost and contacted_on <= {{ as_of_date() }}
    group by person_id

),

fallbacks as (

    select
        max(case when placeholder = 'nickname' then text_en end) as nickname_en,
        max(case when placeholder = 'nickname' then text_zh end) as nickname_zh,
        max(case when placeholder = 'last_product' then text_en end) as last_product_en,
        max(case when placeholder = 'last_product' then text_zh end) as last_product_zh,
        max(case when placeholder = 'group' then text_en end) as group_en,
        max(case when placeholder = 'group' then text_zh end) as group_zh
    from {{ ref("script_fallbacks") }}

),

final as (

    select
        tasks.schedule_id,
        tasks.person_id,
        tasks.user_id,
        users.nickname,
        products.last_product,
        last_contacts.last_contact_date,
        tasks.is_held_out,
        tasks.planned_date,
        tasks.window_start,
        tasks.window_end,
        tasks.is_issued,
        tasks.purpose,
        purposes.label_en as purpose_en,
        purposes.label_zh as purpose_zh,
        tasks.playbook,
        coalesce(kinds.label_en, playbooks.label_en) as playbook_en,
        coalesce(kinds.label_zh, playbooks.label_zh) as playbook_zh,
        task_groups.group_id,
        task_groups.group_name,
        tasks.channel,
        channels.label_en as channel_en,
        channels.label_zh as channel_zh,
        handles.handle_kind,
        handles.handle_hash,
        tasks.account_id,
        tasks.operator_id,
        benefits.label_en as offer_en,
        benefits.label_zh as offer_zh,
        {{ filled_script("en") }} as script_en,
        {{ filled_script("zh") }} as script_zh,
        tasks.attempt,
        tasks.score,
        cast(row_number() over (
            partition by tasks.operator_id, tasks.planned_date, tasks.is_held_out
            order by purposes.priority, tasks.score desc, {{ by_bytes("tasks.schedule_id") }}
        ) as integer) as place
    from {{ ref("int_operator_tasks") }} as tasks
    cross join fallbacks
    inner join {{ ref("purposes") }} as purposes on tasks.purpose = purposes.purpose
    left join {{ ref("playbooks") }} as playbooks on tasks.playbook = playbooks.playbook
    left join {{ ref("group_kinds") }} as kinds on tasks.playbook = kinds.group_kind and tasks.purpose = 'invitation'
    left join {{ ref("int_task_groups") }} as task_groups on tasks.schedule_id = task_groups.schedule_id
    left join {{ ref("contact_channels") }} as channels on tasks.channel = channels.channel
    left join {{ ref("benefits") }} as benefits on tasks.offer = benefits.offer
    left join {{ ref("scripts") }} as scripts on tasks.script_key = scripts.script_key
    left join {{ ref("stg_users") }} as users on tasks.user_id = users.user_id
    left join last_contacts on tasks.person_id = last_contacts.person_id
    left join {{ ref("int_task_products") }} as products on tasks.person_id = products.person_id
    left join {{ ref("int_task_handles") }} as handles on tasks.schedule_id = handles.schedule_id

)

select * from final
