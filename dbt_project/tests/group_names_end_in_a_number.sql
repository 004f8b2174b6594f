-- policy: names of groups end in the number that tells them apart, and their patterns ask for no part that there is not
select group_kind
from {{ ref("group_kinds") }}
where
    name_pattern not like '%{seq}'
    or replace(replace(replace(replace(replace(replace(
        name_pattern, '{brand}', ''
    ), '{city}', ''), '{channel}', ''), '{cohort}', ''), '{tier}', ''), '{seq}', '') like '%' || '{' || '%'
