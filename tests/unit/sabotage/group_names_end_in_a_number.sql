update policy.group_kinds set name_pattern = '{brand} {town} {seq}' where group_kind = 'vip'
