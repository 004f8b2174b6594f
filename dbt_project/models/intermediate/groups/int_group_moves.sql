-- one row per person and move that is to be made, and why
{%- set move = "case memberships.reason_code when 'merged' then 'merge' when 'promoted' then 'promote' "
    ~ "when 'cohort_corrected' then 'correct' else 'invite' end" %}
with moves as (

    -- who is to be invited
    select
        memberships.person_id,
        memberships.group_kind,
        {{ move }} as move,
        memberships.from_group_id,
        memberships.group_id as to_group_id,
        memberships.reason_code,
        false as is_proposal
    from {{ ref("group_memberships") }} as memberships
    where memberships.status = 'planned'

    union all

    -- whom nobody can ask: the night counts them as inside, and somebody has to bring them there
    select
        memberships.person_id,
        memberships.group_kind,
        {{ move }} as move,
        case when memberships.reason_code <> 'assumed' then before.group_id end as from_group_id,
        memberships.group_id as to_group_id,
        memberships.reason_code,
        false as is_proposal
    from {{ ref("group_memberships") }} as memberships
    left join {{ ref("int_previous_memberships") }} as before
        on memberships.person_id = before.person_id and memberships.group_kind = before.group_kind
    where memberships.status = 'joined' and memberships.planned_on = {{ as_of_date() }}

    union all

    select
        person_id,
        group_kind,
        'remove' as move,
        from_group_id,
        cast(null as {{ dbt.type_string() }}) as to_group_id,
        reason_code,
        is_proposal
    from {{ ref("int_group_removals") }}

    union all

    -- a merge that waits for somebody's word, of those whom tonight moves nowhere else
    select
        standing.person_id,
        standing.group_kind,
        'merge' as move,
        standing.group_id as from_group_id,
        given.merge_into as to_group_id,
        'merged' as reason_code,
        true as is_proposal
    from {{ ref("int_group_merges") }} as given
    inner join {{ ref("int_membership_standing") }} as standing on given.group_id = standing.group_id
    left join {{ ref("int_group_promotions") }} as promoted
        on standing.person_id = promoted.person_id and standing.group_kind = promoted.group_kind
    where
        not given.is_executed
        and standing.status = 'joined'
        and standing.leave_code is null
        and not standing.is_corrected
        and promoted.person_id is null

),

final as (

    select
        moves.*,
        previous.person_id is null as is_new
    from moves
    left join {{ ref("int_previous_moves") }} as previous
        on moves.person_id = previous.person_id
        and moves.group_kind = previous.group_kind
        and moves.move = previous.move
        and coalesce(moves.from_group_id, '') = coalesce(previous.from_group_id, '')
        and coalesce(moves.to_group_id, '') = coalesce(previous.to_group_id, '')

)

select * from final
