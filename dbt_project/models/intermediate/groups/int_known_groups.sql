-- one row per group that there was before tonight's openings: Muster's own and those of the feeds
with everything as (

    select
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
        status_since,
        merge_into
    from {{ ref("int_previous_groups") }}

    union all

    select
        feed_group_id as group_id,
        group_kind,
        group_name,
        'adopted' as origin,
        feed_group_id,
        rung,
        city,
        province,
        country,
        channel,
        cohort,
        tier_band,
        cast({{ policy("group_target_size") }} as integer) as planned_size,
        {{ as_of_date() }} as opened_on,
        'live' as status,
        {{ as_of_date() }} as status_since,
        cast(null as {{ dbt.type_string() }}) as merge_into
    from {{ ref("int_adopted_groups") }}

),

final as (

    select
        everything.group_id,
        everything.group_kind,
        everything.group_name,
        everything.origin,
        everything.feed_group_id,
        everything.rung,
        everything.city,
        everything.province,
        everything.country,
        everything.channel,
        everything.cohort,
        everything.tier_band,
        everything.planned_size,
        everything.opened_on,
        everything.status,
        everything.status_since,
        everything.merge_into,
        {{ stratum_of(
            "everything.group_kind", "everything.rung",
            "coalesce(everything.city, everything.province, everything.country, '')",
            "coalesce(everything.channel, '')", "coalesce(everything.tier_band, '')", "everything.cohort"
        ) }} as stratum,
        -- by its form: the last person who is counted in the cohort may have left it
        coalesce(everything.cohort like coalesce(sources.prefix, '') || '____Q_', false) as is_of_milestone
    from everything
    left join {{ ref("cohort_sources") }} as sources on sources.cohort_source = 'milestone'

)

select * from final
