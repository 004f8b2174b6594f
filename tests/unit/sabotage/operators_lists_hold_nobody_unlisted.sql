insert into work.exports.operator_tasks by name select 'sabotaged' as schedule_id, user_id, person_id,
false as is_held_out, as_of_date as planned_date, true as is_issued, 'recall' as purpose, '' as purpose_en,
'' as purpose_zh, 1 as place from marts.customers where user_id = 'peace'
