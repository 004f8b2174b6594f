-- one row per shop, that is one: what the feeds can tell of groups, and how many invitations can be sent
with feeds as (

    select
        (select count(*) from {{ ref("stg_group_members") }}) as members,
        (
            select count(*) from {{ ref("stg_community_events") }}
            where event_type in ('join', 'leave') and group_id is not null
        ) as events,
        (select count(*) from {{ ref("stg_accounts") }}) + (select count(*) from {{ ref("stg_friends") }}) as accounts,
        (select coalesce(sum(adds), 0) from {{ ref("int_account_days") }}) as adds

),

final as (

    select
        members + events = 0 and {{ policy("group_assume_joined") }} = 1 as is_assumed,
        accounts > 0 as has_accounts,
        -- of the plan's days, carried over to those of filling a group
        cast({{ whole_quotient("adds * " ~ policy("group_fill_days"), policy("contact_horizon_days")) }} as bigint)
            as invitations
    from feeds

)

select * from final
