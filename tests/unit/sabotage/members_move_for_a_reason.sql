insert into work.intermediate.int_previous_memberships by name select 'ann' as person_id, 'interest' as group_kind,
'left behind' as group_id, 'joined' as status
