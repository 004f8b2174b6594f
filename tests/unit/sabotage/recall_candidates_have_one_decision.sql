delete from marts.recall_candidates where user_id = 'visitor'
