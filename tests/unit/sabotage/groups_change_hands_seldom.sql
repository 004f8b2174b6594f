insert into state.group_hands values (date '2024-01-10', 'restless', 2, 'second', date '2024-01-10')
