-- one row per person to whom a playbook applies: the channel, the offer, and the profit that the contact should add
{%- set facts = [
    "person_id", "user_id", "stage", "playbook", "value_tier", "last_purchase_date", "ready_date", "reason_code",
    "is_duplicate", "channel", "account_id", "offer", "script_key",
] %}
with order_values as (

    select
        user_id,
        {{ quotient("cast(greatest(lifetime_monetary, 0) * 100 as bigint)", "lifetime_purchases * 100", 2) }}
            as own_mean
    from {{ ref("int_customer_totals") }}

),

shop as (

    select
        {{ quotient(
            "cast(greatest(sum(lifetime_monetary), 0) * 100 as bigint)", "cast(sum(lifetime_purchases) as bigint) * 100", 2
        ) }} as shop_mean
    from {{ ref("int_customer_totals") }}

),

routes as (

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
        benefits.offer,
        case when routes.channel = 'friend_request' then 'friend_request' else persons.playbook end as script_key,
        responses.response * channels.response_percent / 100 as response,
        responses.baseline,
        responses.score_source,
        cast(coalesce(
            customer_value.expected_spend_per_purchase, order_values.own_mean, shop.shop_mean, 0
        ) as decimal(18, 2)) as order_value,
        channels.cost as contact_cost,
        {{ as_double("benefits.discount_percent") }} / 100 as discount
    from {{ ref("int_recall_persons") }} as persons
    cross join shop
    left join routes on persons.person_id = routes.person_id and routes.place = 1
    left join {{ ref("contact_channels") }} as channels on routes.channel = channels.channel
    left join {{ ref("benefit_ladder") }} as ladder
        on persons.playbook = ladder.playbook and persons.value_tier = ladder.value_tier
    -- a friend request asks for nothing but that
    inner join {{ ref("benefits") }} as benefits
        on benefits.offer
        = case when routes.channel = 'friend_request' then 'none' else coalesce(ladder.offer, 'none') end
    left join {{ ref("int_recall_responses") }} as responses
        on persons.playbook = responses.playbook and persons.value_tier = responses.value_tier
    left join {{ ref("customer_value") }} as customer_value on persons.user_id = customer_value.user_id
    left join order_values on persons.user_id = order_values.user_id

),

final as (

    select
        {{ facts | join(",\n        ") }},
        {{ as_decimal("response", 18, 6) }} as response,
        {{ as_decimal("baseline", 18, 6) }} as baseline,
        score_source,
        order_value,
        -- who is won buys at the offer's price, and so does who would have come anyway
        {{ as_decimal(
            "response * (" ~ as_double(policy("margin_percent")) ~ " / 100 - discount) * " ~ as_double("order_value")
            ~ " - baseline * discount * " ~ as_double("order_value") ~ " - " ~ as_double("contact_cost"), 18, 2
        ) }} as score
    from figures

)

select * from final
