-- one row per person and kind of group who is to get a place: those in a wrong cohort's group first, then by spending
with wanting as (

    select
        candidates.person_id,
        candidates.group_kind,
        persons.profile,
        case when standing.is_corrected then standing.group_id end as from_group_id,
        coalesce(standing.is_corrected, false) as is_corrected,
        persons.lifetime_monetary
    from {{ ref("int_group_candidates") }} as candidates
    inner join {{ ref("int_group_persons") }} as persons on candidates.person_id = persons.person_id
    left join {{ ref("int_membership_standing") }} as standing
        on candidates.person_id = standing.person_id and candidates.group_kind = standing.group_kind
    where
        candidates.reason_code is null
        and (
            standing.person_id is null
            or standing.is_corrected
            or (
                standing.status in ('declined', 'expired', 'left')
                and (
                    standing.reason_code = 'cohort_corrected'
                    or {{ days_between("standing.status_since", as_of_date()) }} >= {{ policy("group_ask_again_days") }}
                )
            )
        )

),

final as (

    select
        person_id,
        group_kind,
        profile,
        from_group_id,
        row_number() over (
            partition by group_kind
            order by
                case when is_corrected then 0 else 1 end,
                lifetime_monetary desc,
                {{ by_bytes("person_id") }} asc
        ) as place
    from wanting

)

select * from final
