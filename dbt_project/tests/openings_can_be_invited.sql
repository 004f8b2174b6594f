-- the groups that open tonight need no more invitations than accounts can send besides those of the open groups
select openings.invitations
from (
    select sum(ceiling(registry.planned_size / {{ as_double("acceptance.acceptance") }})) as invitations
    from {{ ref("group_registry") }} as registry
    inner join {{ ref("int_group_acceptance") }} as acceptance on registry.group_kind = acceptance.group_kind
    where registry.origin = 'opened' and registry.opened_on = {{ as_of_date() }}
) as openings
cross join {{ ref("int_group_knowledge") }} as knowledge
cross join (
    select coalesce(sum(invitations + pending), 0) as invitations from {{ ref("int_group_rooms") }}
) as promised
where
    knowledge.has_accounts
    and openings.invitations > 0
    and openings.invitations > knowledge.invitations - promised.invitations
