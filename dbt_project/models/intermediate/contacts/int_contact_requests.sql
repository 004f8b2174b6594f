-- one row per person and purpose that asks for a contact, in one rank over all purposes: by the purposes' priority,
-- then by value. A purpose that joins adds its rows here
with requests as (

    select
        person_id,
        'recall' as purpose,
        score as value,
        channel,
        account_id,
        next_contact_date,
        is_held_out,
        is_held_out_next
    from {{ ref("int_recall_requests") }}
    where excluded_because is null and open_schedule_id is null

),

final as (

    select
        requests.person_id,
        requests.purpose,
        requests.channel,
        case when channels.needs = 'friend' then requests.account_id else 'any' end as pool,
        requests.is_held_out,
        requests.is_held_out_next,
        {{ days_between(as_of_date(), "requests.next_contact_date") }} as ready_offset,
        row_number() over (
            order by
                purposes.priority asc,
                requests.value desc,
                {{ by_bytes("requests.person_id") }} asc,
                requests.purpose asc
        ) as place
    from requests
    inner join {{ ref("purposes") }} as purposes on requests.purpose = purposes.purpose
    inner join {{ ref("contact_channels") }} as channels on requests.channel = channels.channel

)

select * from final
