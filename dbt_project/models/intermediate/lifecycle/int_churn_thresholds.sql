-- one row per customer and wait of int_waits: after how many days of silence it is a loss for that person
with gathered as (

    select
        waits.user_id,
        waits.after_purchase,
        waits.own_gaps,
        waits.own_gap_days,
        least(waits.after_purchase, 3) as bucket,
        priors.channel,
        priors.prior_days,
        priors.prior_source,
        {{ policy("churn_prior_weight") }} as prior_weight
    from {{ ref("int_waits") }} as waits
    left join {{ ref("stg_users") }} as users on waits.user_id = users.user_id
    inner join {{ ref("int_churn_priors") }} as priors
        on coalesce(users.channel, '') = coalesce(priors.channel, '')
        and least(waits.after_purchase, 3) = priors.bucket

),

blended as (

    -- the weighted mean, rounded half up
    select
        *,
        case
            when own_gap_days is null then prior_days
            else {{ whole_quotient(
                "2 * (own_gaps * own_gap_days + prior_weight * prior_days) + own_gaps + prior_weight",
                "2 * (own_gaps + prior_weight)",
            ) }}
        end as blended_days
    from gathered

),

clamped as (

    select
        *,
        cast(
            least(greatest(blended_days, {{ policy("churn_min_days") }}), {{ policy("churn_max_days") }}) as integer
        ) as churn_after_days
    from blended

),

final as (

    select
        user_id,
        after_purchase,
        own_gaps,
        own_gap_days,
        cast(bucket as integer) as bucket,
        case when prior_source = 'channel' then channel end as prior_channel,
        cast(prior_days as integer) as prior_days,
        prior_source,
        case when own_gap_days is null then prior_source else 'personal' end as threshold_source,
        cast(blended_days as integer) as blended_days,
        {{ whole_quotient("2 * " ~ policy("at_risk_percent") ~ " * churn_after_days + 100", "200") }}
            as at_risk_after_days,
        churn_after_days
    from clamped

)

select * from final
