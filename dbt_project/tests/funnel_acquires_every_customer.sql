-- over all channels, everybody of customers was acquired, everybody with a purchase brought revenue, and no channel
-- lacks a step
with known as (

    select
        count(*) as acquired,
        coalesce(sum(case when lifetime_purchases > 0 then 1 else 0 end), 0) as revenue
    from {{ ref("customers") }}

),

steps as (

    select
        coalesce(sum(case when step = 'acquired' then users else 0 end), 0) as acquired,
        coalesce(sum(case when step = 'revenue' then users else 0 end), 0) as revenue,
        count(*) as number,
        5 * count(distinct channel) as needed
    from {{ ref("funnel") }}

)

select
    known.acquired as customers,
    known.revenue as buyers,
    steps.acquired,
    steps.revenue,
    steps.number,
    steps.needed
from known
cross join steps
where known.acquired <> steps.acquired or known.revenue <> steps.revenue or steps.number <> steps.needed
