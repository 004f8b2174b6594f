-- policy: every open kind of group has rungs from 1 on without a gap, as many as int_group_places climbs at most
select kinds.group_kind
from {{ ref("group_kinds") }} as kinds
left join {{ ref("group_ladder") }} as ladder on kinds.group_kind = ladder.group_kind
where kinds.is_open
group by kinds.group_kind
having
    count(ladder.rung) = 0
    or min(ladder.rung) <> 1
    or max(ladder.rung) <> count(ladder.rung)
    or max(ladder.rung) > 6
