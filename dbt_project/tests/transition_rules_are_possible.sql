-- policy: no rule leads where the customer is, nor into or out of having bought but by a purchase or a correction
with rules as (

    select
        from_stage,
        to_stage,
        cause,
        from_stage in ('lead', 'cold_lead') as from_no_purchase,
        to_stage in ('lead', 'cold_lead') as to_no_purchase
    from {{ ref("lifecycle_transition_rules") }}

)

select from_stage, to_stage, cause
from rules
where
    from_stage = to_stage
    or (cause = 'purchase' and to_no_purchase)
    or (cause in ('silence', 'calibration') and from_no_purchase <> to_no_purchase)
