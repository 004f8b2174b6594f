-- one row per rule of a product role whose figure any product has: the value that it compares with
with distinct_values as (

    select
        metric,
        value,
        count(*) as skus
    from {{ ref("int_sku_metrics") }}
    group by metric, value

),

cumulated as (

    select
        metric,
        value,
        sum(skus) over (partition by metric order by value) as skus_up_to,
        sum(skus) over (partition by metric) as skus_in_all
    from distinct_values

),

final as (

    select
        rules.role,
        rules.metric,
        rules.direction,
        cast(min(cumulated.value) as decimal(24, 6)) as cut_value
    from {{ ref("product_role_rules") }} as rules
    inner join cumulated
        on rules.metric = cumulated.metric
        and cumulated.skus_up_to * 100 >= rules.percentile * cumulated.skus_in_all
    group by rules.role, rules.metric, rules.direction

)

select * from final
