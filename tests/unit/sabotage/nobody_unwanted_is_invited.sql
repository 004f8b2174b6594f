insert into state.group_registry by name select date '2024-01-10' as as_of_date, 'quiet' as group_id, 'interest' as group_kind,
'Quiet' as group_name, 'opened' as origin, '2024Q1' as cohort, 200 as planned_size, date '2024-01-01' as opened_on, 'filling' as
status, date '2024-01-01' as status_since;
insert into state.group_memberships by name select date '2024-01-10' as as_of_date, 'peace' as person_id, 'interest' as
group_kind, 'quiet' as group_id, 'invited' as status, date '2024-01-10' as status_since, 'assigned' as reason_code, 0 as
invitations, date '2024-01-01' as planned_on
