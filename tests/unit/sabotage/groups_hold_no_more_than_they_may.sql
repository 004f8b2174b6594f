insert into state.group_memberships by name select date '2024-01-10' as as_of_date, 'crowd' || n as person_id, 'interest' as
group_kind, 'full' as group_id, 'planned' as status, date '2024-01-10' as status_since, 'assigned' as reason_code, 0 as
invitations, date '2024-01-10' as planned_on
from range(351) as crowd (n)
