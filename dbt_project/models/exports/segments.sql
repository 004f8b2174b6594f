-- one row per person whom a list may hold, with the figures of the user row that spent most: the audience file
-- behind each segment
with customers as (

    select
        *,
        row_number() over (
            partition by person_id
            order by lifetime_monetary desc, lifetime_purchases desc, {{ by_bytes("user_id") }}
        ) as row_of_person
    from {{ ref("customers") }}

),

final as (

    select
        customers.user_id,
        customers.person_id,
        customers.nickname,
        customers.channel,
        customers.city,
        customers.country,
        customers.segment,
        customers.segment_en,
        customers.segment_zh,
        customers.rfm_code,
        customers.value_tier,
        customers.value_tier_en,
        customers.value_tier_zh,
        customers.last_purchase_date,
        customers.recency_days,
        customers.frequency,
        customers.monetary,
        customers.lifetime_purchases,
        customers.lifetime_monetary,
        coalesce(members.is_held_out, false) as is_held_out
    from customers
    left join {{ ref("int_unlisted_persons") }} as unlisted on customers.person_id = unlisted.person_id
    left join {{ ref("holdout_members") }} as members
        on
        customers.person_id = members.person_id
        and members.period = {{ holdout_period(days_after(as_of_date(), 1)) }}
    where unlisted.person_id is null and customers.row_of_person = 1

)

select * from final
