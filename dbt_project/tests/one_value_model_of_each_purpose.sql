-- policy: one model of purchases is in use, and gamma_gamma for spend
with in_use as (

    select
        purpose,
        count(*) as models,
        min(model) as model
    from {{ ref("value_models") }}
    where is_in_use
    group by purpose

),

needed as (

    select 'purchases' as purpose
    union all
    select 'spend' as purpose

)

select
    needed.purpose,
    in_use.models
from needed
left join in_use on needed.purpose = in_use.purpose
where
    in_use.models is null
    or in_use.models <> 1
    or (in_use.purpose = 'spend') <> (in_use.model = 'gamma_gamma')
