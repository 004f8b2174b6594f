insert into work.intermediate.int_contact_allocation by name
select 'envious' as person_id, 'recall' as purpose, 'sms' as channel, 'any' as pool, 1 as place, 1 as ready_offset,
null as day_offset, false as is_ghost
union all
select 'envied', 'recall', 'sms', 'any', 2, 1, 4, false
