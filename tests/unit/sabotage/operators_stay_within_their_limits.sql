insert into marts.operator_load values (date '2024-01-10', 'tired', true, 51, 9000, 50, 10000, 0, true, 1)
