insert into policy.lifecycle_transition_rules values ('new', 'new', 'purchase', false)
