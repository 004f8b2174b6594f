update policy.value_models set is_in_use = true
