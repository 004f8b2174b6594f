insert into marts.entry_routes by name select date '2024-01-10' as as_of_date, 'interest|Leeds' as stratum, 'interest' as group_kind,
'2024Q1' as cohort, 'core' as tier_band, 1 as waiting, 'nowhere' as group_id, 9 as free_places
