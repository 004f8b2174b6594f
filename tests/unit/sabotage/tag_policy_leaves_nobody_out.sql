update policy.cold_start_layers set min_points = 1 where min_points = 0
