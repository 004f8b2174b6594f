-- one row per friend request that the accounts may send on a day of the plan: the accounts in turn
select
    accounts.day_offset,
    accounts.account_id,
    accounts.operator_id,
    row_number() over (
        partition by accounts.day_offset order by numbers.generated_number, {{ by_bytes("accounts.account_id") }}
    ) as place
from {{ ref("int_account_days") }} as accounts
inner join ({{ dbt.generate_series(500) }}) as numbers on accounts.adds >= numbers.generated_number
