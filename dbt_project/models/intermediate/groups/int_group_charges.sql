-- one row per open group: how many people it takes to look after, who ran it, and whose it is before limits
with sizes as (

    {{ group_sizes(ref("group_memberships")) }}

),

changes as (

    select
        group_id,
        sum(
            case
                when hand > 1 and {{ days_between("since", as_of_date()) }} < {{ policy("operator_hands_days") }} then 1
                else 0
            end
        ) as changes,
        max(case when is_last then operator_id end) as operator_id
    from {{ ref("int_previous_hands") }}
    group by group_id

),

held as (

    select
        registry.group_id,
        registry.opened_on,
        coalesce(sizes.inside, 0) as inside,
        coalesce(sizes.pending, 0) as pending,
        -- a group that is still filling will need what it is filled to
        case
            when registry.status = 'filling' then greatest(coalesce(sizes.inside, 0), registry.planned_size)
            else coalesce(sizes.inside, 0)
        end as people,
        changes.operator_id as operator_before,
        coalesce(changes.changes, 0) as changes,
        case when coalesce(told.is_active, true) then feeds.operator_id end as feed_operator_id
    from {{ ref("group_registry") }} as registry
    left join sizes on registry.group_id = sizes.group_id
    left join changes on registry.group_id = changes.group_id
    left join {{ ref("int_feed_groups") }} as feeds on registry.feed_group_id = feeds.feed_group_id
    left join {{ ref("int_operator_limits") }} as told on feeds.operator_id = told.operator_id
    where registry.status <> 'closed'

),

-- whom the feeds show at a group is whom it has, else whoever had it; in both cases while at work
final as (

    select
        held.*,
        coalesce(held.feed_operator_id, limits.operator_id) as operator_id,
        held.feed_operator_id is not null as is_told
    from held
    left join {{ ref("int_operator_limits") }} as limits
        on held.operator_before = limits.operator_id and limits.is_active

)

select * from final
