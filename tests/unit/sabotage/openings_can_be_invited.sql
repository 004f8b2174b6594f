update work.intermediate.int_group_knowledge set has_accounts = true, invitations = 0;
insert into state.group_registry by name select date '2024-01-10' as as_of_date, 'dear' as group_id, 'interest' as group_kind,
'Dear' as group_name, 'opened' as origin, '2024Q1' as cohort, 200 as planned_size, date '2024-01-10' as opened_on, 'filling' as
status, date '2024-01-10' as status_since
