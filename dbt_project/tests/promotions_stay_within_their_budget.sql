-- no more members are moved up by tier tonight than the policy's share of those inside
select moves.people
from (
    select count(*) as people
    from {{ ref("group_memberships") }}
    where reason_code = 'promoted' and planned_on = {{ as_of_date() }}
) as moves
cross join (
    select count(*) as people from {{ ref("int_membership_standing") }} where status = 'joined'
) as insiders
where moves.people * 100 > insiders.people * {{ policy("group_tier_moves_percent") }}
