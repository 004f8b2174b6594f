-- one row per customer with at least one purchase on or before as_of_date
with metrics as (

    -- a condition beside the equality would make the joins below compare every customer with every value
    select
        *,
        case when frequency > 0 then cast(-recency_days as decimal(18, 2)) end as scored_recency,
        case when frequency > 0 then cast(frequency as decimal(18, 2)) end as scored_frequency,
        case when frequency > 0 then monetary end as scored_monetary
    from {{ ref("int_customer_totals") }}
    where lifetime_purchases > 0

),

scores as (

    select * from {{ ref("int_rfm_scores") }}

),

scored as (

    select
        metrics.*,
        coalesce(recency_scores.score, 0) as r_score,
        coalesce(frequency_scores.score, 0) as f_score,
        coalesce(monetary_scores.score, 0) as m_score,
        tiers.value_tier
    from metrics
    left join scores as recency_scores
        on recency_scores.metric = 'recency' and metrics.scored_recency = recency_scores.value
    left join scores as frequency_scores
        on frequency_scores.metric = 'frequency' and metrics.scored_frequency = frequency_scores.value
    left join scores as monetary_scores
        on monetary_scores.metric = 'monetary' and metrics.scored_monetary = monetary_scores.value
    inner join scores as lifetime_scores
        on lifetime_scores.metric = 'lifetime_monetary' and lifetime_scores.value = metrics.lifetime_monetary
    inner join {{ ref("value_tiers") }} as tiers on tiers.tier_rank = lifetime_scores.score

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        scored.user_id,
        scored.first_purchase_date,
        scored.last_purchase_date,
        scored.recency_days,
        scored.frequency,
        scored.monetary,
        scored.lifetime_purchases,
        scored.lifetime_monetary,
        scored.r_score,
        scored.f_score,
        scored.m_score,
        {{ dbt.concat([
            "cast(scored.r_score as " ~ dbt.type_string() ~ ")",
            "cast(scored.f_score as " ~ dbt.type_string() ~ ")",
            "cast(scored.m_score as " ~ dbt.type_string() ~ ")",
        ]) }} as rfm_code,
        case when scored.frequency = 0 then 'dormant' else grid.segment end as segment,
        scored.value_tier
    from scored
    left join {{ ref("segment_grid") }} as grid
        on scored.r_score = grid.r_score and scored.f_score = grid.f_score

)

select * from final
