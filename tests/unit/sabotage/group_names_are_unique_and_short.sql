insert into state.group_registry by name select date '2024-01-10' as as_of_date, 'one' as group_id, 'interest' as group_kind,
'Twin' as group_name, 'opened' as origin, '2024Q1' as cohort, 200 as planned_size, date '2024-01-01' as opened_on, 'filling' as
status, date '2024-01-01' as status_since;
insert into state.group_registry by name select date '2024-01-10' as as_of_date, 'other' as group_id, 'interest' as group_kind,
'Twin' as group_name, 'opened' as origin, '2024Q1' as cohort, 200 as planned_size, date '2024-01-01' as opened_on, 'filling' as
status, date '2024-01-01' as status_since
