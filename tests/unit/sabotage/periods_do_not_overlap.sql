insert into marts.segment_history values ('2024-01-10', 'bob', '2024-01-01', '2024-01-10', 'prospect', 'lead', null)
