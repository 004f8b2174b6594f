-- one row per group that there was before tonight's openings: where it stands tonight, before merges
with sized as (

    select
        known.*,
        coalesce(sizes.inside, 0) as inside,
        coalesce(sizes.pending, 0) as pending,
        {{ days_between("known.opened_on", as_of_date()) }} as age_days
    from {{ ref("int_known_groups") }} as known
    left join {{ ref("int_group_sizes") }} as sizes on known.group_id = sizes.group_id

),

final as (

    select
        group_id,
        group_kind,
        group_name,
        stratum,
        rung,
        cohort,
        tier_band,
        planned_size,
        inside,
        pending,
        age_days,
        merge_into,
        case
            when inside = 0 and pending = 0 and (status = 'merging' or age_days >= {{ policy("group_fill_days") }})
                then 'closed'
            when status = 'merging' then 'merging'
            when status in ('filling', 'stopped') and inside >= {{ policy("group_least_size") }} then 'live'
            when status = 'filling' and age_days >= {{ policy("group_fill_days") }} then 'stopped'
            -- somebody was seen inside a group that had been given up
            when status = 'closed' and inside > 0 then 'live'
            else status
        end as status
    from sized

)

select * from final
