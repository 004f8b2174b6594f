-- on no day that is still open do accounts or channels have more contacts, over all purposes, than they may, nor
-- outside the channel's hours
with planned as (

    select slots.*, days.day_offset, channels.needs, channels.daily_quota, channels.first_hour, channels.last_hour
    from {{ ref("contact_schedule") }} as slots
    inner join {{ ref("int_contact_days") }} as days on slots.planned_date = days.planned_date and days.is_open
    left join {{ ref("contact_channels") }} as channels on slots.channel = channels.channel
    where slots.status = 'planned'

)

select planned.account_id as place
from planned
left join {{ ref("int_account_days") }} as accounts
    on planned.account_id = accounts.account_id and planned.day_offset = accounts.day_offset
where planned.account_id is not null
group by planned.account_id, planned.day_offset
having
    sum(case when planned.needs = 'friend' then 1 else 0 end) > coalesce(max(accounts.contacts), 0)
    or sum(case when planned.needs = 'chat_id_or_phone' then 1 else 0 end) > coalesce(max(accounts.adds), 0)

union all

select channel as place
from planned
group by channel, day_offset
having
    count(*) > coalesce(max(daily_quota), 0)
    or min(window_start) < {{ hour_text("min(first_hour)") }}
    or max(window_end) > {{ hour_text("max(last_hour)") }}
