update marts.lifecycle_transitions set users = users + 1 where to_stage = 'lost'
