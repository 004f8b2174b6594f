insert into state.group_registry by name select date '2024-01-10' as as_of_date, 'young' as group_id, 'interest' as group_kind,
'Young' as group_name, 'opened' as origin, '2030Q1' as cohort, 200 as planned_size, date '2024-01-01' as opened_on, 'filling' as
status, date '2024-01-01' as status_since;
insert into state.group_memberships by name select date '2024-01-10' as as_of_date, 'old' as person_id, 'interest' as
group_kind, 'young' as group_id, 'planned' as status, date '2024-01-10' as status_since, 'assigned' as reason_code, 0 as
invitations, date '2024-01-10' as planned_on
