update policy.parameters set value = 500 where parameter = 'group_target_size'
