insert into marts.contact_schedule by name select as_of_date, 'uninvited' as schedule_id, user_id, person_id,
as_of_date + 1 as planned_date, 'invitation' as purpose, 'interest' as playbook, 'sms' as channel, 1 as attempt,
0 as score, 1 as rank, 'planned' as status from marts.customers where user_id = 'ann'
