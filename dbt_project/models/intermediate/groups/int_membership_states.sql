-- one row per person and kind of group with whom there is something: what tonight's news make of it
with adopted as (

    select feed_group_id as group_id from {{ ref("int_adopted_groups") }}

),

final as (

    select
        news.person_id,
        news.group_kind,
        case
            when news.news = 'entered' then news.inside_group_id
            when news.is_back then news.from_group_id
            else news.group_id
        end as group_id,
        case
            when news.news in ('entered', 'arrived') or news.is_back then 'joined'
            when news.news = 'gone' then 'left'
            when news.news in ('declined', 'invited') then news.news
            when news.news in ('no_answer', 'not_reached') then 'expired'
            when news.news = 'not_sent' then 'planned'
            else news.status
        end as status,
        case when news.news = 'kept' then news.status_since else {{ as_of_date() }} end as status_since,
        case when news.news in ('kept', 'invited', 'not_sent') then news.from_group_id end as from_group_id,
        case
            when news.news = 'entered' then case when adopted.group_id is not null then 'adopted' else 'entered' end
            when news.news = 'arrived' and news.is_assumed then 'assumed'
            when news.news = 'gone' then 'left_group'
            when news.is_back then 'stayed'
            when news.news in ('declined', 'no_answer', 'not_reached') then news.news
            else news.reason_code
        end as reason_code,
        case when news.news <> 'entered' then news.planned_on end as planned_on,
        case when news.news <> 'entered' then news.invited_on end as invited_on,
        case
            when news.news in ('entered', 'arrived') then coalesce(news.since, {{ as_of_date() }})
            else news.joined_on
        end as joined_on,
        news.invitations,
        news.inside_group_id is not null as is_seen_inside
    from {{ ref("int_membership_news") }} as news
    left join adopted on news.inside_group_id = adopted.group_id

)

select * from final
