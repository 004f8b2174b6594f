-- one row per person: what decides on groups; the user row that bought last speaks, for the tier the one that spent
-- most
with customers as (

    select
        *,
        row_number() over (
            partition by person_id
            order by last_purchase_date desc nulls last, lifetime_monetary desc, {{ by_bytes("user_id") }} asc
        ) as place,
        coalesce(first_value(value_tier) over (
            partition by person_id order by lifetime_monetary desc, {{ by_bytes("user_id") }} asc
        ), 'none') as best_tier,
        sum(lifetime_monetary) over (partition by person_id) as spent,
        max(case when milestone_status = 'ended' then 1 else 0 end) over (partition by person_id) = 1 as has_ended
    from {{ ref("customers") }}

),

-- an account of somebody who works for the shop is no customer's
staff as (

    select distinct persons.person_id
    from {{ ref("int_users") }} as users
    inner join {{ ref("persons") }} as persons on users.user_id = persons.user_id
    where users.is_staff

),

final as (

    select
        customers.person_id,
        customers.user_id,
        customers.stage,
        customers.best_tier as value_tier,
        bands.tier_band,
        cast(bands.band_rank as integer) as band_rank,
        cast(customers.spent as decimal(18, 2)) as lifetime_monetary,
        customers.city,
        customers.province,
        customers.country,
        customers.channel,
        cohorts.cohort,
        {{ profile_of("customers", "bands.tier_band", "cohorts.cohort") }} as profile,
        cohorts.corrected_on,
        customers.has_ended as has_ended_milestone,
        staff.person_id is not null as is_staff,
        objections.reason_code as objection
    from customers
    inner join {{ ref("tier_bands") }} as bands on customers.best_tier = bands.value_tier
    left join {{ ref("cohort_members") }} as cohorts on customers.person_id = cohorts.person_id
    left join staff on customers.person_id = staff.person_id
    left join {{ ref("int_group_objections") }} as objections on customers.person_id = objections.person_id
    where customers.place = 1

)

select * from final
