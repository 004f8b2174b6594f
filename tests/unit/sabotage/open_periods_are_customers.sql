update marts.segment_history set stage = 'lead' where user_id = 'old' and valid_to is null
