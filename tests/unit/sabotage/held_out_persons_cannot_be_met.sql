insert into work.exports.operator_tasks by name select 'withheld' as schedule_id, user_id, person_id, true as is_held_out,
as_of_date as planned_date, false as is_issued, 'recall' as purpose, '' as purpose_en, '' as purpose_zh, 1 as place,
'hash' as handle_hash from marts.customers where user_id = 'ann'
