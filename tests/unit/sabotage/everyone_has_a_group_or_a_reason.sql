delete from marts.group_assignments where person_id = 'bob'
