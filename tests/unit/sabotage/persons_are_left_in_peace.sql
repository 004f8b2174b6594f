insert into work.intermediate.int_person_contacts by name select 'old' as person_id, date '2024-01-09' as contacted_on;
insert into work.intermediate.int_contact_plan by name select 'too soon' as schedule_id, 'old' as person_id,
date '2024-01-11' as planned_date, 'invitation' as purpose, false as is_ghost
