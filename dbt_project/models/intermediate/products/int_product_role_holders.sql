-- one row per sku and role all of whose rules hold for it
with rules as (

    select
        role,
        count(*) as rules
    from {{ ref("product_role_rules") }}
    group by role

),

held as (

    select
        metrics.sku,
        cuts.role,
        count(*) as rules
    from {{ ref("int_sku_metrics") }} as metrics
    inner join {{ ref("int_product_role_cuts") }} as cuts on metrics.metric = cuts.metric
    where
        (cuts.direction = 'at_least' and metrics.value >= cuts.cut_value and metrics.value > 0)
        or (cuts.direction = 'at_most' and metrics.value <= cuts.cut_value)
    group by metrics.sku, cuts.role

),

final as (

    select held.sku, held.role
    from held
    inner join rules on held.role = rules.role and held.rules = rules.rules

)

select * from final
