update state.persons set person_id = 'nobody' where user_id = 'ann'
