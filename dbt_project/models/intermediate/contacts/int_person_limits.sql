-- one row per person who was contacted: when last, and from which day on the next contact may be, whatever its purpose
with numbered as (

    select
        person_id,
        contacted_on,
        row_number() over (
            partition by person_id order by contacted_on desc, {{ by_bytes("contact_id") }} asc
        ) as place
    from {{ ref("int_person_contacts") }}

),

limits as (

    select
        person_id,
        max(contacted_on) as last_contact_date,
        max(case when place = {{ policy("person_contacts_at_most") }} then contacted_on end) as oldest_that_counts
    from numbered
    group by person_id

),

final as (

    select
        person_id,
        last_contact_date,
        greatest(
            {{ days_after("last_contact_date", policy("person_gap_days")) }},
            coalesce(
                {{ days_after("oldest_that_counts", policy("person_window_days")) }},
                {{ days_after("last_contact_date", policy("person_gap_days")) }}
            )
        ) as free_from
    from limits

)

select * from final
