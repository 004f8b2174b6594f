-- one row per person whose cohort is known; fixed from the first group on, but for a corrected or ended milestone
with previous as (

    {{ previous_release("state", "cohort_members", {
        "person_id": dbt.type_string(), "cohort": dbt.type_string(), "cohort_source": dbt.type_string(),
        "milestone_date": "date", "milestone_status": dbt.type_string(), "fixed_on": "date",
        "corrected_on": "date",
    }) }}

),

-- persons who turned out to be one keep the cohort of the one that stayed
known as (

    select
        previous.*,
        persons.person_id as person_now,
        row_number() over (
            partition by persons.person_id
            order by
                case when previous.person_id = persons.person_id then 0 else 1 end,
                previous.fixed_on,
                {{ by_bytes("previous.person_id") }}
        ) as place
    from previous
    inner join {{ ref("persons") }} as persons on previous.person_id = persons.user_id

),

grouped as (

    select distinct persons.person_id
    from ({{ memberships_before() }}) as memberships
    inner join {{ ref("persons") }} as persons on memberships.person_id = persons.user_id

),

ended as (

    select distinct person_id from {{ ref("customers") }} where milestone_status = 'ended'

),

everyone as (

    select
        coalesce(known.person_now, best.person_id) as person_id,
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
    from (select * from known where place = 1) as known
    full outer join (select * from {{ ref("int_cohort_candidates") }} where place = 1) as best
        on known.person_now = best.person_id

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
