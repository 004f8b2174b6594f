-- one row per pool of slots and open day: how many people it can take. An account's chats are a pool, all accounts'
-- friend requests are one, and so is what needs no account
with pools as (

    select channels.channel, accounts.account_id as pool, accounts.day_offset, accounts.contacts as capacity
    from {{ ref("contact_channels") }} as channels
    cross join {{ ref("int_account_days") }} as accounts
    where channels.needs = 'friend'

    union all

    select channels.channel, 'any' as pool, accounts.day_offset, sum(accounts.adds) as capacity
    from {{ ref("contact_channels") }} as channels
    cross join {{ ref("int_account_days") }} as accounts
    where channels.needs = 'chat_id_or_phone'
    group by channels.channel, accounts.day_offset

    union all

    select channels.channel, 'any' as pool, days.day_offset, channels.daily_quota as capacity
    from {{ ref("contact_channels") }} as channels
    cross join {{ ref("int_contact_days") }} as days
    where channels.needs = 'phone'

),

final as (

    select
        pools.channel,
        pools.pool,
        pools.day_offset,
        cast(pools.capacity as integer) as capacity,
        cast(channels.daily_quota as integer) as channel_quota,
        days.period > {{ holdout_period(as_of_date()) }} as is_next_period
    from pools
    inner join {{ ref("contact_channels") }} as channels on pools.channel = channels.channel
    inner join {{ ref("int_contact_days") }} as days on pools.day_offset = days.day_offset
    where days.is_open

)

select * from final
