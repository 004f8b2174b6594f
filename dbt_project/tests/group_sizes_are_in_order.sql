-- policy: a group opens with no more people than it is filled to, and is filled to no more than it may hold; it is
-- warned of before its days are over
with numbers as (

    select
        max(case when parameter = 'group_least_size' then value end) as least_size,
        max(case when parameter = 'group_target_size' then value end) as target_size,
        max(case when parameter = 'group_most_size' then value end) as most_size,
        max(case when parameter = 'group_warn_days' then value end) as warn_days,
        max(case when parameter = 'group_fill_days' then value end) as fill_days
    from {{ ref("parameters") }}

)

select * from numbers
where coalesce(least_size > target_size or target_size > most_size or warn_days > fill_days, true)
