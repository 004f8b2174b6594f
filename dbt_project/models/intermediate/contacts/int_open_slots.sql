-- one row per slot that is handed out for a day to come, with the reason why it is cancelled tonight, if it is
with slots as (

    select
        *,
        row_number() over (partition by person_id order by planned_date, {{ by_bytes("schedule_id") }}) as place
    from {{ ref("int_contact_slots") }}
    where status = 'planned' and planned_date > {{ as_of_date() }}

),

purchases as (

    select persons.person_id, max(bought.purchase_date) as purchase_date
    from (
        select user_id, last_purchase_date as purchase_date
        from {{ ref("int_customer_totals") }}
        union all
        select user_id, purchase_date
        from {{ ref("int_later_purchases") }}
    ) as bought
    inner join {{ ref("persons") }} as persons on bought.user_id = persons.user_id
    group by persons.person_id

),

accounts as (

    select distinct account_id from {{ ref("int_account_days") }}

),

handles as (

    {{ handles_of_persons() }}

),

final as (

    select
        slots.schedule_id,
        slots.person_id,
        slots.purpose,
        slots.planned_date,
        slots.is_ghost,
        case
            when unlisted.person_id is not null then unlisted.reason_code
            -- a night that runs again for an earlier day knows less than the one that handed the slot out
            when slots.issued_on > {{ as_of_date() }} then null
            when persons.person_id is null then 'deleted'
            when slots.place > 1 then 'duplicate_person'
            when lapsed.schedule_id is not null then lapsed.reason_code
            when
                slots.purpose = 'recall'
                and purchases.purchase_date > coalesce(slots.last_purchase_date, {{ epoch_date() }})
                then 'bought'
            -- somebody else has met the person meanwhile, whatever for
            when slots.planned_date < limits.free_from then 'person_cap'
            when slots.account_id is not null and accounts.account_id is null then 'no_handle'
            when channels.needs = 'friend' and friendships.person_id is null then 'not_friend'
            when not coalesce(
                case channels.needs
                    when 'phone' then handles.has_phone
                    when 'chat_id_or_phone' then handles.has_phone or handles.has_chat_id
                    else true
                end, false
            ) then 'no_handle'
        end as cancel_reason
    from slots
    left join {{ ref("int_unlisted_persons") }} as unlisted on slots.person_id = unlisted.person_id
    left join (select distinct person_id from {{ ref("persons") }}) as persons on slots.person_id = persons.person_id
    left join {{ ref("int_lapsed_invitations") }} as lapsed on slots.schedule_id = lapsed.schedule_id
    left join purchases on slots.person_id = purchases.person_id
    left join {{ ref("int_person_limits") }} as limits on slots.person_id = limits.person_id
    left join accounts on slots.account_id = accounts.account_id
    left join {{ ref("contact_channels") }} as channels on slots.channel = channels.channel
    left join handles on slots.person_id = handles.person_id
    left join {{ ref("int_friendships") }} as friendships
        on slots.person_id = friendships.person_id and slots.account_id = friendships.account_id

)

select * from final
