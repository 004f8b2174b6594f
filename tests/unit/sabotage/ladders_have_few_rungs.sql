delete from policy.group_ladder where group_kind = 'interest' and rung = 2
