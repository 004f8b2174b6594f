update marts.funnel set users = users + 10 where step = 'acquired'
