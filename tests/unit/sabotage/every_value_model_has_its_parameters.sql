insert into marts.model_parameters values (date '2024-01-10', 'bg_nbd', 'r', 0.5, -1, 5, 2, date '2024-01-07')
