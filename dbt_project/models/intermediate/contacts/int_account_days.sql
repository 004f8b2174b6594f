-- one row per account and day of the plan on which it may send: how many chats and friend requests
with accounts as (

    select account_id, operator_id, active, daily_add_limit, daily_contact_limit
    from {{ ref("stg_accounts") }}

    union all

    -- an account that only the friends feed knows
    select distinct
        friends.account_id,
        cast(null as {{ dbt.type_string() }}) as operator_id,
        true as active,
        cast(null as bigint) as daily_add_limit,
        cast(null as bigint) as daily_contact_limit
    from {{ ref("stg_friends") }} as friends
    left join {{ ref("stg_accounts") }} as known on friends.account_id = known.account_id
    where known.account_id is null

),

final as (

    select
        accounts.account_id,
        accounts.operator_id,
        days.day_offset,
        cast(
            case
                when accounts.daily_contact_limit < 0 then 0
                else coalesce(accounts.daily_contact_limit, {{ policy("account_contacts_a_day") }})
            end as integer
        ) as contacts,
        cast(
            case
                when accounts.daily_add_limit < 0 then 0
                -- no more than int_add_slots numbers
                when accounts.daily_add_limit > 500 then 500
                else coalesce(accounts.daily_add_limit, {{ policy("account_adds_a_day") }})
            end as integer
        ) as adds
    from accounts
    cross join {{ ref("int_contact_days") }} as days
    left join {{ ref("stg_operators") }} as operators on accounts.operator_id = operators.operator_id
    left join {{ ref("int_operator_days") }} as working
        on accounts.operator_id = working.operator_id and days.day_offset = working.day_offset
    where coalesce(accounts.active, true) and (operators.operator_id is null or working.operator_id is not null)

)

select * from final
