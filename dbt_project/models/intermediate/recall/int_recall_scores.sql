-- one row per person to whom a playbook applies: the channel, the offer, and the profit that the contact should add
{%- set facts = [
    "person_id", "user_id", "stage", "playbook", "value_tier", "last_purchase_date", "ready_date", "reason_code",
    "is_duplicate", "channel", "account_id", "offer", "script_key",
] %}
with routes as (

    select
        persons.person_id,
        routes.channel,
        routes.account_id,
        row_number() over (partition by persons.person_id order by wanted.preference, routes.channel) as place
    from {{ ref("int_recall_persons") }} as persons
    inner join {{ ref("playbook_channels") }} as wanted on persons.playbook = wanted.playbook
    inner join {{ ref("int_contact_routes") }} as routes
        on persons.person_id = routes.person_id and wanted.channel = routes.channel

),

figures as (

    select
        persons.*,
        routes.channel,
        routes.account_id,
        -- a friend request asks for nothing but that
        case when routes.channel = 'friend_request' then 'none' else benefits.offer end as offer,
        case when routes.channel = 'friend_request' then 'friend_request' else persons.playbook end as script_key,
        case when routes.channel = 'friend_request' then friends.acceptance end as acceptance,
        channels.cost,
        responses.response * talks.response_percent / 100 as response,
        responses.baseline,
        responses.score_source,
        order_values.order_value,
        talks.cost as talk_cost,
        {{ as_double("benefits.discount_percent") }} / 100 as discount
    from {{ ref("int_recall_persons") }} as persons
    cross join {{ ref("int_friend_acceptance") }} as friends
    inner join {{ ref("int_order_values") }} as order_values on persons.person_id = order_values.person_id
    left join routes on persons.person_id = routes.person_id and routes.place = 1
    left join {{ ref("contact_channels") }} as channels on routes.channel = channels.channel
    -- a friend request is worth what the chat is that it may open
    left join {{ ref("contact_channels") }} as talks
        on case when routes.channel = 'friend_request' then 'wecom' else routes.channel end = talks.channel
    left join {{ ref("benefit_ladder") }} as ladder
        on persons.playbook = ladder.playbook and persons.value_tier = ladder.value_tier
    inner join {{ ref("benefits") }} as benefits on benefits.offer = coalesce(ladder.offer, 'none')
    left join {{ ref("int_recall_responses") }} as responses
        on persons.playbook = responses.playbook and persons.value_tier = responses.value_tier

),

-- who is won buys at the offer's price, and so does who would have come anyway
talks as (

    select
        *,
        response * ({{ as_double(policy("margin_percent")) }} / 100 - discount) * {{ as_double("order_value") }}
        - baseline * discount * {{ as_double("order_value") }} - {{ as_double("talk_cost") }} as profit
    from figures

),

final as (

    select
        {{ facts | join(",\n        ") }},
        {{ as_decimal("acceptance", 18, 6) }} as acceptance,
        {{ as_decimal("coalesce(acceptance, 1) * response", 18, 6) }} as response,
        {{ as_decimal("baseline", 18, 6) }} as baseline,
        score_source,
        order_value,
        -- a chat that costs more than it brings is not made
        {{ as_decimal(
            "case when acceptance is null then profit else acceptance * greatest(profit, 0) - "
            ~ as_double("cost") ~ " end", 18, 2
        ) }} as score
    from talks

)

select * from final
