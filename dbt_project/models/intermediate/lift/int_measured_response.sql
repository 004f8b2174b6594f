select '' as playbook, '' as value_tier, 0 as contacted, 0 as ghosts, cast(0 as decimal(9,6)) as difference, cast(0 as decimal(9,6)) as baseline where 1 = 0
