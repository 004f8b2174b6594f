-- one row per group that is not closed
with described as (

    select
        registry.*,
        kinds.label_en as group_kind_en,
        kinds.label_zh as group_kind_zh,
        statuses.label_en as status_en,
        statuses.label_zh as status_zh,
        statuses.takes_people,
        operators.operator_id,
        cast({{ days_between("registry.opened_on", as_of_date()) }} as integer) as age_days,
        cast(coalesce(operators.inside, 0) as integer) as inside,
        cast(coalesce(operators.pending, 0) as integer) as pending
    from {{ ref("group_registry") }} as registry
    inner join {{ ref("group_kinds") }} as kinds on registry.group_kind = kinds.group_kind
    inner join {{ ref("group_statuses") }} as statuses on registry.status = statuses.status
    left join {{ ref("int_group_operators") }} as operators on registry.group_id = operators.group_id
    where registry.status <> 'closed'

),

final as (

    select
        as_of_date,
        group_id,
        group_name,
        group_kind,
        group_kind_en,
        group_kind_zh,
        origin,
        feed_group_id,
        rung,
        city,
        province,
        country,
        channel,
        cohort,
        tier_band,
        operator_id,
        operator_id is null as is_unstaffed,
        status,
        status_en,
        status_zh,
        status_since,
        opened_on,
        age_days,
        planned_size,
        inside,
        pending,
        status = 'filling'
        and age_days >= {{ policy("group_warn_days") }}
        and inside * {{ policy("group_fill_days") }} < {{ policy("group_least_size") }} * age_days as is_behind,
        takes_people
        and rung is not null
        and inside < {{ policy("group_target_size") }}
        and inside + pending < {{ policy("group_most_size") }} as shows_code,
        merge_into
    from described

)

select * from final
