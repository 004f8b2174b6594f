-- one row per person to whom a playbook applies, with what the decision needs: the user row that bought last speaks
-- for the stage, the one that spent most for the tier
with customers as (

    select
        *,
        row_number() over (
            partition by person_id
            order by last_purchase_date desc nulls last, lifetime_monetary desc, {{ by_bytes("user_id") }} asc
        ) as place,
        first_value(value_tier) over (
            partition by person_id order by lifetime_monetary desc, {{ by_bytes("user_id") }} asc
        ) as best_tier
    from {{ ref("customers") }}

),

later as (

    select persons.person_id, max(purchases.purchase_date) as purchase_date
    from {{ ref("int_later_purchases") }} as purchases
    inner join {{ ref("persons") }} as persons on purchases.user_id = persons.user_id
    group by persons.person_id

),

final as (

    select
        customers.person_id,
        customers.user_id,
        customers.stage,
        stages.playbook,
        coalesce(customers.best_tier, 'none') as value_tier,
        customers.last_purchase_date,
        {{ days_after(
            "coalesce(customers.last_purchase_date, customers.registered_date, " ~ epoch_date() ~ ")",
            "stages.wait_days"
        ) }} as ready_date,
        case
            when unlisted.person_id is not null then unlisted.reason_code
            when later.person_id is not null then 'bought'
        end as reason_code,
        duplicates.person_id is not null as is_duplicate
    from customers
    inner join {{ ref("playbook_stages") }} as stages on customers.stage = stages.stage
    left join {{ ref("int_unlisted_persons") }} as unlisted on customers.person_id = unlisted.person_id
    left join later on customers.person_id = later.person_id
    left join {{ ref("int_duplicate_persons") }} as duplicates on customers.person_id = duplicates.person_id
    where customers.place = 1

)

select * from final
