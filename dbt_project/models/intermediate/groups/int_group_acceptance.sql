-- one row per open kind of group: the share of invitations that is expected to be accepted: what invitations have
-- shown, with the policy's share as so many invitations of the past
with answered as (

    select
        group_kind,
        count(*) as invitations,
        sum(case when joined_on >= invited_on then 1 else 0 end) as accepted
    from {{ ref("int_previous_memberships") }}
    where invited_on is not null and status not in ('planned', 'invited')
    group by group_kind

),

final as (

    select
        kinds.group_kind,
        case
            -- who is counted as inside without being asked does not refuse
            when knowledge.is_assumed and not knowledge.has_accounts then cast(1 as decimal(18, 6))
            else {{ quotient(
                "coalesce(answered.accepted, 0) * 100 + cast(" ~ policy("group_acceptance_percent")
                ~ " * " ~ policy("group_acceptance_prior") ~ " as integer)",
                "(coalesce(answered.invitations, 0) + " ~ policy("group_acceptance_prior") ~ ") * 100"
            ) }}
        end as acceptance
    from {{ ref("group_kinds") }} as kinds
    cross join {{ ref("int_group_knowledge") }} as knowledge
    left join answered on kinds.group_kind = answered.group_kind
    where kinds.is_open

)

select * from final
