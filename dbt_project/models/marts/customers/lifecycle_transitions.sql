-- one row per stage before, stage now and cause: how many customers went that way since the previous release
with changes as (

    select
        from_stage,
        to_stage,
        cause,
        missed_nights,
        count(*) as users
    from {{ ref("int_stage_changes") }}
    group by from_stage, to_stage, cause, missed_nights

),

final as (

    -- who stays, enters or leaves needs no rule
    select
        {{ as_of_date() }} as as_of_date,
        changes.from_stage,
        changes.to_stage,
        changes.cause,
        changes.users,
        changes.cause is null
        or (rules.cause is not null and (not rules.only_after_missed_nights or changes.missed_nights > 0)) as is_allowed
    from changes
    left join {{ ref("lifecycle_transition_rules") }} as rules
        on changes.from_stage = rules.from_stage
        and changes.to_stage = rules.to_stage
        and changes.cause = rules.cause

)

select * from final
