-- one row per group that was ever opened or adopted
with everything as (

    select
        known.group_id,
        known.group_kind,
        known.group_name,
        known.origin,
        known.feed_group_id,
        known.rung,
        known.city,
        known.province,
        known.country,
        known.channel,
        known.cohort,
        known.tier_band,
        known.planned_size,
        known.opened_on,
        case when given.is_executed then 'merging' else stages.status end as status,
        known.status as status_before,
        known.status_since,
        case when stages.status = 'merging' then known.merge_into else given.merge_into end as merge_into
    from {{ ref("int_known_groups") }} as known
    inner join {{ ref("int_group_stages") }} as stages on known.group_id = stages.group_id
    left join {{ ref("int_group_merges") }} as given on known.group_id = given.group_id

    union all

    select
        group_id,
        group_kind,
        group_name,
        'opened' as origin,
        cast(null as {{ dbt.type_string() }}) as feed_group_id,
        rung,
        city,
        province,
        country,
        channel,
        cohort,
        tier_band,
        planned_size,
        {{ as_of_date() }} as opened_on,
        'filling' as status,
        'none' as status_before,
        {{ as_of_date() }} as status_since,
        cast(null as {{ dbt.type_string() }}) as merge_into
    from {{ ref("int_group_openings") }}

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        group_id,
        group_kind,
        group_name,
        origin,
        feed_group_id,
        rung,
        city,
        province,
        country,
        channel,
        cohort,
        tier_band,
        planned_size,
        opened_on,
        status,
        case when status = status_before then status_since else {{ as_of_date() }} end as status_since,
        merge_into
    from everything

)

select * from final
