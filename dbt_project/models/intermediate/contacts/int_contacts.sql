-- one row per contact of the feed, its newest version whatever its date: a contact may take a person off a list,
-- never put one on
with contacts as (

    select
        *,
        {{ lower_case(trimmed("result")) }} as spelling
    from {{ ref("stg_landed_contacts") }}

),

final as (

    select
        contacts.contact_id,
        persons.person_id,
        contacts.user_id,
        cast(contacts.contacted_at as date) as contacted_on,
        contacts.channel,
        contacts.purpose,
        contacts.account_id,
        contacts.operator_id,
        results.result,
        coalesce(results.is_contact, true) as is_contact,
        coalesce(results.is_objection, false) as is_objection,
        coalesce(results.ends_attempts, false) as ends_attempts,
        contacts.cost
    from contacts
    left join {{ ref("persons") }} as persons on contacts.user_id = persons.user_id
    left join {{ ref("int_contact_spellings") }} as spellings on contacts.spelling = spellings.spelling
    left join {{ ref("contact_results") }} as results on spellings.result = results.result

)

select * from final
