insert into policy.rfm_fixed_cut_points values ('monetary', 20, 100)
