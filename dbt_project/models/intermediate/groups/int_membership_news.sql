-- one row per person and kind of group with whom there was or is something, after tonight's news: feeds and answers
with met as (

    select
        coalesce(previous.person_id, insiders.person_id) as person_id,
        coalesce(previous.group_kind, insiders.group_kind) as group_kind,
        previous.group_id,
        coalesce(previous.status, 'none') as status,
        previous.status_since,
        previous.from_group_id,
        previous.reason_code,
        previous.planned_on,
        previous.invited_on,
        previous.joined_on,
        coalesce(previous.invitations, 0) as invitations,
        insiders.group_id as inside_group_id,
        insiders.since
    from {{ ref("int_previous_memberships") }} as previous
    full outer join (select * from {{ ref("int_group_insiders") }} where place = 1) as insiders
        on previous.person_id = insiders.person_id and previous.group_kind = insiders.group_kind

),

told as (

    select
        met.*,
        answers.invited_on as answered_on,
        knowledge.is_assumed,
        case
            when met.inside_group_id = met.group_id and met.status = 'joined' then 'kept'
            when met.inside_group_id = met.group_id and met.status in ('planned', 'invited') then 'arrived'
            when met.inside_group_id <> coalesce(met.from_group_id, '') then 'entered'
            when met.status = 'joined' then case when told_of.group_id is null then 'kept' else 'gone' end
            when met.status not in ('planned', 'invited') then 'kept'
            when met.from_group_id is not null and met.inside_group_id is null and told_of.group_id is not null
                then 'gone'
            when answers.is_refused then 'declined'
            when knowledge.is_assumed and (answers.invited_on is not null or not knowledge.has_accounts) then 'arrived'
            when met.status = 'planned' and answers.invited_on is not null then 'invited'
            when met.status = 'invited' and answers.is_not_sent then 'not_sent'
            when
                met.status = 'invited'
                and {{ days_between("met.invited_on", as_of_date()) }} >= {{ policy("group_answer_days") }}
                then 'no_answer'
            when
                met.status = 'planned'
                and {{ days_between("met.planned_on", as_of_date()) }} >= {{ policy("group_fill_days") }}
                then 'not_reached'
            else 'kept'
        end as news
    from met
    cross join {{ ref("int_group_knowledge") }} as knowledge
    -- only of a group that the feeds know can they tell that somebody is not inside
    left join (select group_id from {{ ref("int_known_groups") }} where feed_group_id is not null) as told_of
        on case when not knowledge.is_assumed then coalesce(met.from_group_id, met.group_id) end = told_of.group_id
    left join {{ ref("int_group_answers") }} as answers
        on met.person_id = answers.person_id and met.group_kind = answers.group_kind

),

final as (

    select
        told.person_id,
        told.group_kind,
        told.group_id,
        told.status,
        told.status_since,
        told.from_group_id,
        told.reason_code,
        told.planned_on,
        case when told.news <> 'not_sent' then coalesce(told.answered_on, told.invited_on) end as invited_on,
        told.joined_on,
        told.invitations
        + case when told.status = 'planned' and told.answered_on is not null then 1 else 0 end
        - case when told.news = 'not_sent' then 1 else 0 end as invitations,
        told.inside_group_id,
        told.since,
        told.is_assumed,
        told.news,
        -- who does not come into the new group stays in the old one
        told.from_group_id is not null and told.news in ('declined', 'no_answer', 'not_reached') as is_back
    from told

)

select * from final
