-- one row per playbook and value tier (and all of them) with a period that was read: what contacts changed so far
with lift as (

    select
        *,
        cast(cast(compared as decimal(12, 0)) * cast(rate_difference as decimal(14, 12)) as decimal(26, 12)) as gained,
        cast(cast(compared as decimal(12, 0)) * cast(ghost_rate as decimal(14, 12)) as decimal(26, 12)) as expected,
        cast(cast(compared as decimal(12, 0)) * response_percent as decimal(30, 6)) as weighed_percent
    from {{ ref("recall_lift") }}
    where read_on is not null and compared > 0

),

-- weighed with those contacted: a period in which another share was held out must not look like an effect
final as (

    select
        playbook,
        value_tier,
        cast(sum(compared) as bigint) as contacted,
        cast(sum(ghosts) as bigint) as ghosts,
        {{ as_decimal(as_double("sum(gained)") ~ " / " ~ as_double("sum(compared)"), 9, 6) }} as difference,
        {{ as_decimal(as_double("sum(expected)") ~ " / " ~ as_double("sum(compared)"), 9, 6) }} as baseline,
        {{ as_decimal(as_double("sum(weighed_percent)") ~ " / " ~ as_double("sum(compared)"), 18, 6) }}
            as response_percent
    from lift
    group by playbook, value_tier

)

select * from final
