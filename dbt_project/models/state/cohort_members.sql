-- one row per person whose cohort is known; fixed from the first group on, but for a corrected or ended milestone
with grouped as (

    select distinct successors.person_id
    from ({{ memberships_before() }}) as memberships
    inner join {{ ref("int_person_successors") }} as successors on memberships.person_id = successors.previous_person_id

),

ended as (

    select distinct person_id from {{ ref("customers") }} where milestone_status = 'ended'

),

everyone as (

    select
        coalesce(known.person_id, best.person_id) as person_id,
        known.cohort as known_cohort,
        known.cohort_source as known_source,
        known.milestone_date as known_date,
        known.milestone_status as known_status,
        known.fixed_on,
        known.corrected_on,
        best.cohort,
        best.cohort_source,
        best.milestone_date,
        best.milestone_status,
        {{ dbt.date_trunc("quarter", "known.milestone_date") }}
        <> {{ dbt.date_trunc("quarter", "best.milestone_date") }}
            as is_other_quarter
    from {{ ref("int_previous_cohorts") }} as known
    full outer join (select * from {{ ref("int_cohort_candidates") }} where place = 1) as best
        on known.person_id = best.person_id

),

decided as (

    select
        everyone.*,
        case
            when everyone.known_cohort is null then 'new'
            when everyone.known_source = 'milestone' and ended.person_id is not null then 'corrected'
            when everyone.known_source = 'milestone' and everyone.cohort_source = 'milestone'
                then
                    case
                    -- the birth that follows a due date shares its cohort
                        when
                            everyone.known_status = 'expected' and everyone.milestone_status = 'confirmed'
                            then 'followed'
                        when everyone.is_other_quarter then 'corrected'
                        else 'followed'
                    end
            when grouped.person_id is null and everyone.cohort is not null then 'new'
            else 'kept'
        end as decision
    from everyone
    left join ended on everyone.person_id = ended.person_id
    left join grouped on everyone.person_id = grouped.person_id

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        person_id,
        case when decision in ('new', 'corrected') then cohort else known_cohort end as cohort,
        case when decision in ('new', 'corrected') then cohort_source else known_source end as cohort_source,
        case when decision = 'kept' then known_date else milestone_date end as milestone_date,
        case when decision = 'kept' then known_status else milestone_status end as milestone_status,
        case
            when coalesce(cohort <> known_cohort, true) and decision in ('new', 'corrected') then {{ as_of_date() }}
            else fixed_on
        end as fixed_on,
        case when decision = 'corrected' then {{ as_of_date() }} else corrected_on end as corrected_on
    from decided
    where decision not in ('new', 'corrected') or cohort is not null

)

select * from final
