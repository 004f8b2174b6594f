-- one row per customer: the wide view for BI
with suppressed as (

    select distinct user_id
    from {{ ref("int_suppressed_users") }}
    where is_as_of

),

crowded as (

    select distinct user_id
    from {{ ref("int_handles") }}
    where is_crowded

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        customers.user_id,
        persons.person_id,
        users.nickname,
        customers.is_stub,
        customers.registered_date,
        customers.first_seen_date,
        users.channel,
        users.entry_code,
        users.store_id,
        users.city,
        users.province,
        users.country,
        users.gender,
        users.birth_date,
        users.milestone_date,
        users.milestone_status,
        users.occupation,
        users.interests,
        users.referrer_user_id,
        users.phone_hash is not null as has_phone,
        users.wecom_id_hash is not null as has_wecom_id,
        users.email_hash is not null as has_email,
        crowded.user_id is not null as is_on_crowded_handle,
        coalesce(users.do_not_contact, false) as do_not_contact,
        suppressed.user_id is not null as is_suppressed,
        totals.first_purchase_date,
        totals.last_purchase_date,
        totals.recency_days,
        coalesce(totals.frequency, 0) as frequency,
        cast(coalesce(totals.monetary, 0) as decimal(18, 2)) as monetary,
        coalesce(totals.lifetime_purchases, 0) as lifetime_purchases,
        cast(coalesce(totals.lifetime_monetary, 0) as decimal(18, 2)) as lifetime_monetary,
        coalesce(rfm.r_score, 0) as r_score,
        coalesce(rfm.f_score, 0) as f_score,
        coalesce(rfm.m_score, 0) as m_score,
        coalesce(rfm.rfm_code, '000') as rfm_code,
        labels.segment,
        labels.label_en as segment_en,
        labels.label_zh as segment_zh,
        rfm.value_tier,
        tiers.label_en as value_tier_en,
        tiers.label_zh as value_tier_zh,
        lifecycle.stage,
        stages.label_en as stage_en,
        stages.label_zh as stage_zh,
        lifecycle.previous_stage,
        lifecycle.stage_since,
        lifecycle.at_risk_after_days,
        lifecycle.churn_after_days,
        lifecycle.threshold_source,
        customer_value.p_alive,
        customer_value.expected_purchases_90d,
        customer_value.expected_value_90d
    from {{ ref("int_customers") }} as customers
    inner join {{ ref("persons") }} as persons on customers.user_id = persons.user_id
    inner join {{ ref("customer_lifecycle") }} as lifecycle on customers.user_id = lifecycle.user_id
    inner join {{ ref("lifecycle_stages") }} as stages on lifecycle.stage = stages.stage
    left join {{ ref("stg_users") }} as users on customers.user_id = users.user_id
    left join suppressed on customers.user_id = suppressed.user_id
    left join crowded on customers.user_id = crowded.user_id
    left join {{ ref("int_customer_totals") }} as totals on customers.user_id = totals.user_id
    left join {{ ref("customer_rfm") }} as rfm on customers.user_id = rfm.user_id
    left join {{ ref("customer_value") }} as customer_value on customers.user_id = customer_value.user_id
    inner join {{ ref("segment_labels") }} as labels on coalesce(rfm.segment, 'prospect') = labels.segment
    left join {{ ref("value_tiers") }} as tiers on rfm.value_tier = tiers.value_tier

)

select * from final
