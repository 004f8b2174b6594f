-- read straight from what has landed, whatever its date: nobody is exported whose person has a user who is staff, to be
-- deleted, not to be contacted, suppressed by user_id or by a handle, or said in a contact what means do_not_contact
with suppressions as (

    select user_id, phone_hash, wecom_id_hash
    from {{ ref("stg_landed_suppressions") }}
    where kind <> 'whitelist' and (until is null or cast(until as date) >= {{ as_of_date() }})

),

unlisted as (

    select user_id from {{ ref("stg_landed_users") }} where is_staff or do_not_contact or deleted_at is not null
    union all
    select user_id from suppressions
    union all
    select contacts.user_id
    from {{ ref("stg_landed_contacts") }} as contacts
    inner join {{ ref("int_contact_spellings") }} as spellings
        on {{ lower_case(trimmed("contacts.result")) }} = spellings.spelling
    where spellings.result = 'do_not_contact'
    union all
    select user_id from {{ ref("stg_users") }} where phone_hash in (select phone_hash from suppressions)
    union all
    select user_id from {{ ref("stg_users") }} where wecom_id_hash in (select wecom_id_hash from suppressions)

)

select segments.user_id
from {{ ref("segments") }} as segments
inner join {{ ref("persons") }} as persons on segments.person_id = persons.person_id
inner join unlisted on persons.user_id = unlisted.user_id
