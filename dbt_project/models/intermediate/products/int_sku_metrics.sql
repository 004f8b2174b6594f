-- one row per sku and figure that can give it a role: the figures that rest on enough buyers, and are known
with figures as (

    select *
    from {{ ref("int_sku_figures") }}
    where buyers >= {{ policy("product_role_min_buyers") }}

),

metrics as (

    select sku, 'first_purchase_share' as metric, cast(first_purchase_share as decimal(24, 6)) as value from figures
    union all
    select sku, 'units' as metric, cast(units as decimal(24, 6)) as value from figures
    union all
    select sku, 'buyers' as metric, cast(buyers as decimal(24, 6)) as value from figures
    union all
    select sku, 'average_price' as metric, cast(average_price as decimal(24, 6)) as value from figures
    union all
    select sku, 'comeback_share' as metric, cast(comeback_share as decimal(24, 6)) as value
    from figures
    where observed_buyers >= {{ policy("product_role_min_buyers") }}

),

final as (

    select sku, metric, value
    from metrics
    where value is not null

)

select * from final
