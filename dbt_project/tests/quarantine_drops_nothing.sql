-- every row that was left out, by the typing or by a rule among orders, is in quarantine
with shown as (

    select count(*) as number from {{ ref("quarantine") }}

),

left_out as (

    select count(*) as number
    from {{ source("raw", "quarantined") }}
    where business_date is null or business_date <= {{ as_of_date() }}

),

faults as (

    select count(*) as number from {{ ref("int_order_faults") }}

)

select
    shown.number as shown,
    left_out.number as left_out,
    faults.number as faults
from shown
cross join left_out
cross join faults
where shown.number <> left_out.number + faults.number
