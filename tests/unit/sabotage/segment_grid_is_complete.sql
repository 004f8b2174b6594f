delete from policy.segment_grid where r_score = 5 and f_score = 5
