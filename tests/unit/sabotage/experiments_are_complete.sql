insert into policy.experiments values ('short', 'a', false, 'person', 'winback', 1, 'hello', 10, 'conversion', date '2024-01-01', date '2024-01-31')
