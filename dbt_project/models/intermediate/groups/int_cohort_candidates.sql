-- one row per person and source that tells a cohort tonight, in the policy's order
with customers as (

    select
        person_id,
        birth_date,
        first_purchase_date,
        case when milestone_status = 'ended' then null else milestone_date end as milestone_date,
        coalesce(milestone_status, 'expected') as milestone_status,
        row_number() over (
            partition by person_id
            order by
                case when milestone_date is null or milestone_status = 'ended' then 1 else 0 end,
                last_purchase_date desc nulls last,
                {{ by_bytes("user_id") }} asc
        ) as milestone_place,
        max(case when milestone_status = 'ended' then 1 else 0 end) over (partition by person_id) as has_ended
    from {{ ref("customers") }}

),

-- an end holds for the person: no row of the same person brings the milestone back
found as (

    select
        person_id,
        'milestone' as cohort_source,
        {{ holdout_period("milestone_date") }} as cohort,
        milestone_date,
        milestone_status
    from customers
    where milestone_place = 1 and milestone_date is not null and has_ended = 0

    union all

    select
        people.person_id,
        'age_band' as cohort_source,
        min({{ by_bytes("bands.band") }}) as cohort,
        cast(null as date) as milestone_date,
        cast(null as {{ dbt.type_string() }}) as milestone_status
    from (
        select person_id, min(birth_date) as birth_date from customers where birth_date is not null group by person_id
    ) as people
    inner join {{ ref("age_bands") }} as bands
        on people.birth_date >= bands.born_from and (bands.born_to is null or people.birth_date <= bands.born_to)
    group by people.person_id

    union all

    select
        person_id,
        'first_purchase' as cohort_source,
        {{ holdout_period("min(first_purchase_date)") }} as cohort,
        cast(null as date) as milestone_date,
        cast(null as {{ dbt.type_string() }}) as milestone_status
    from customers
    where first_purchase_date is not null
    group by person_id

),

final as (

    select
        found.person_id,
        found.cohort_source,
        coalesce(sources.prefix, '') || found.cohort as cohort,
        found.milestone_date,
        found.milestone_status,
        row_number() over (partition by found.person_id order by sources.priority) as place
    from found
    inner join {{ ref("cohort_sources") }} as sources on found.cohort_source = sources.cohort_source

)

select * from final
