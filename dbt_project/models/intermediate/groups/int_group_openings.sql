-- one row per group that opens tonight, with its name: the kind's pattern and the first number that no group
-- has; as many numbers as there are names with the prefix and groups that want one: enough, whatever is taken
with numbers as (

    select
        named.prefix,
        named.prefix
        || cast(row_number() over (partition by named.prefix order by named.key) as {{ dbt.type_string() }})
            as group_name,
        row_number() over (partition by named.prefix order by named.key) as number
    from (
        select
            prefix,
            stratum || '#' || cast(opening as {{ dbt.type_string() }}) as key
        from {{ ref("int_group_plans") }}
        union all
        select prefixes.prefix, known.group_id as key
        from (select distinct prefix from {{ ref("int_group_plans") }}) as prefixes
        inner join {{ ref("int_known_groups") }} as known
            on substr(known.group_name, 1, length(prefixes.prefix)) = prefixes.prefix
    ) as named

),

free as (

    select
        numbers.prefix,
        numbers.group_name,
        row_number() over (partition by numbers.prefix order by numbers.number) as place
    from numbers
    left join {{ ref("int_known_groups") }} as known on numbers.group_name = known.group_name
    where known.group_id is null

),

wanting as (

    select
        plans.*,
        row_number() over (partition by plans.prefix order by {{ by_bytes("plans.stratum") }}, plans.opening) as place
    from {{ ref("int_group_plans") }} as plans

),

final as (

    select
        'G' || substr(md5(free.group_name), 1, 11) as group_id,
        wanting.group_kind,
        free.group_name,
        wanting.rung,
        wanting.stratum,
        wanting.opening,
        wanting.city,
        wanting.province,
        wanting.country,
        wanting.channel,
        wanting.cohort,
        wanting.tier_band,
        cast(wanting.planned_size as integer) as planned_size,
        wanting.people
    from wanting
    inner join free on wanting.prefix = free.prefix and wanting.place = free.place

)

select * from final
