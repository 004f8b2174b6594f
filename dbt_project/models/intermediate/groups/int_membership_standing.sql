-- one row per person and kind of group with whom there is something, before tonight's places: what may not go on ends
with milestone_cohorts as (

    select distinct cohort from {{ ref("cohort_members") }} where cohort_source = 'milestone'

),

judged as (

    select
        states.*,
        case
            when persons.objection is not null then persons.objection
            when persons.has_ended_milestone and milestone_cohorts.cohort is not null then 'milestone_ended'
        end as leave_code,
        coalesce(known.cohort <> persons.cohort, false)
        -- nobody comes into another cohort's group, whatever changed; who is inside one moves after a correction alone
        and (
            states.status in ('planned', 'invited')
            or coalesce(persons.corrected_on >= coalesce(states.planned_on, states.joined_on), false)
        ) as is_corrected,
        states.status in ('planned', 'invited') as is_pending,
        states.status = 'planned'
        and (
            -- two groups that are too small may become one that is not
            (not coalesce(stages.takes_people, false) and states.reason_code <> 'merged')
            or coalesce(candidates.reason_code in ('not_worth_a_group', 'no_cohort'), false)
            or candidates.person_id is null
        ) as is_unwanted
    from {{ ref("int_membership_states") }} as states
    inner join {{ ref("int_group_persons") }} as persons on states.person_id = persons.person_id
    left join {{ ref("int_known_groups") }} as known on states.group_id = known.group_id
    left join milestone_cohorts on known.cohort = milestone_cohorts.cohort
    left join {{ ref("group_statuses") }} as stages on known.status = stages.status
    left join {{ ref("int_group_candidates") }} as candidates
        on states.person_id = candidates.person_id and states.group_kind = candidates.group_kind

),

ended as (

    select
        judged.*,
        judged.is_pending and (judged.leave_code is not null or judged.is_corrected or judged.is_unwanted) as is_void,
        judged.is_pending
        and judged.from_group_id is not null
        and (judged.leave_code is not null or judged.is_corrected or judged.is_unwanted) as is_back,
        judged.status = 'joined' and judged.leave_code is not null and not judged.is_seen_inside as is_out
    from judged

),

final as (

    select
        person_id,
        group_kind,
        case when is_back then from_group_id else group_id end as group_id,
        case
            when is_back then 'joined'
            when is_out then 'left'
            when is_void then 'expired'
            else status
        end as status,
        case when is_void or is_out then {{ as_of_date() }} else status_since end as status_since,
        case when not is_void then from_group_id end as from_group_id,
        case
            when is_back then 'stayed'
            when is_out or (is_void and leave_code is not null) then leave_code
            when is_void and is_corrected then 'cohort_corrected'
            when is_void then 'not_reached'
            else reason_code
        end as reason_code,
        planned_on,
        invited_on,
        joined_on,
        invitations,
        case when status = 'joined' and not is_out or is_back then leave_code end as leave_code,
        (status = 'joined' and is_corrected and leave_code is null and not is_out) as is_corrected
    from ended
    -- of what was only planned nothing remains
    where is_back or not is_void or invitations > 0

)

select * from final
