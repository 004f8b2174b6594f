-- a group that changes hands tonight has not done so more often than it may, unless the feeds say whose it is; its
-- operators are numbered one by one, in the order of their days, and no two that follow each other are one
with hands as (

    select
        group_id,
        hand,
        operator_id,
        since,
        lag(hand) over (partition by group_id order by hand) as hand_before,
        lag(operator_id) over (partition by group_id order by hand) as operator_before,
        lag(since) over (partition by group_id order by hand) as since_before,
        sum(
            case
                when hand > 1 and {{ days_between("since", as_of_date()) }} < {{ policy("operator_hands_days") }} then 1
                else 0
            end
        ) over (partition by group_id) as changes
    from {{ ref("group_hands") }}

)

select hands.group_id
from hands
left join {{ ref("group_registry") }} as registry on hands.group_id = registry.group_id
left join {{ ref("int_feed_groups") }} as feeds on registry.feed_group_id = feeds.feed_group_id
where
    registry.group_id is null
    or hands.hand <> coalesce(hands.hand_before, 0) + 1
    or hands.operator_id = hands.operator_before
    or hands.since < hands.since_before
    or (
        hands.since = {{ as_of_date() }}
        and hands.hand > 1
        and hands.changes > {{ policy("operator_hands_at_most") }}
        and coalesce(feeds.operator_id <> hands.operator_id, true)
    )
