-- one row per group with somebody, before tonight's places: how many are inside, and how many more are awaited
{{ group_sizes(ref("int_membership_standing")) }}
