insert into work.exports.group_roster by name select 'g' as group_id, 'g' as group_name, 'interest' as group_kind,
'' as group_kind_en, '' as group_kind_zh, 1 as place, user_id, person_id, 'joined' as status, '' as status_en,
'' as status_zh, 'remove' as move, true as is_due, stage from marts.customers where user_id = 'peace'
