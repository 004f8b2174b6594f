-- one row per person who asks for a contact, for the purpose that comes first, in one rank over all purposes: by the
-- purposes' priority, then by value, then by how long the person waits. A purpose that joins adds its rows here and in
-- int_request_details
with requests as (

    select
        person_id,
        'recall' as purpose,
        score as value,
        cast(null as date) as waits_since,
        channel,
        account_id,
        next_contact_date,
        is_held_out,
        is_held_out_next
    from {{ ref("int_recall_requests") }}
    where excluded_because is null and open_schedule_id is null and other_schedule_id is null

    union all

    select
        person_id,
        'invitation' as purpose,
        value,
        planned_on as waits_since,
        channel,
        account_id,
        next_contact_date,
        false as is_held_out,
        false as is_held_out_next
    from {{ ref("int_invitations") }}
    where open_schedule_id is null

),

ranked as (

    select
        requests.*,
        purposes.priority,
        row_number() over (
            partition by requests.person_id order by purposes.priority, requests.purpose
        ) as place_of_purpose
    from requests
    inner join {{ ref("purposes") }} as purposes on requests.purpose = purposes.purpose

),

final as (

    select
        ranked.person_id,
        ranked.purpose,
        ranked.channel,
        case when channels.needs = 'friend' then ranked.account_id else 'any' end as pool,
        ranked.is_held_out,
        ranked.is_held_out_next,
        {{ days_between(as_of_date(), "ranked.next_contact_date") }} as ready_offset,
        row_number() over (
            order by
                ranked.priority asc,
                ranked.value desc,
                ranked.waits_since asc nulls last,
                {{ by_bytes("ranked.person_id") }} asc
        ) as place
    from ranked
    inner join {{ ref("contact_channels") }} as channels on ranked.channel = channels.channel
    where ranked.place_of_purpose = 1

)

select * from final
