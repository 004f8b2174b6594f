-- one row per group that tonight's feeds show for the first time with somebody inside: what most of its people have in
-- common, on the finest rung where enough of them do
with found as (

    select feeds.*
    from {{ ref("int_feed_groups") }} as feeds
    left join {{ ref("int_previous_groups") }} as known on feeds.feed_group_id = known.feed_group_id
    where known.group_id is null and feeds.inside > 0

),

shares as (

    select
        found.feed_group_id,
        strata.rung,
        strata.stratum,
        min(strata.city) as city,
        min(strata.province) as province,
        min(strata.country) as country,
        min(strata.channel) as channel,
        min(strata.tier_band) as tier_band,
        min(strata.cohort) as cohort,
        row_number() over (partition by found.feed_group_id order by strata.rung) as place
    from found
    inner join {{ ref("int_group_presence") }} as presence on found.feed_group_id = presence.feed_group_id
    inner join {{ ref("int_group_persons") }} as persons on presence.person_id = persons.person_id
    inner join {{ ref("int_group_strata") }} as strata
        on persons.profile = strata.profile and found.group_kind = strata.group_kind
    where presence.is_inside
    group by found.feed_group_id, found.inside, strata.rung, strata.stratum
    having count(*) * 100 >= found.inside * {{ policy("group_adopted_share_percent") }}

),

-- a name is one group's alone; the feeds' own id tells others apart
named as (

    select
        found.*,
        row_number() over (
            partition by coalesce(found.group_name, found.feed_group_id) order by {{ by_bytes("found.feed_group_id") }}
        ) as namesake,
        known.group_id as namesake_id
    from found
    left join {{ ref("int_previous_groups") }} as known
        on coalesce(found.group_name, found.feed_group_id) = known.group_name

),

final as (

    select
        named.feed_group_id,
        named.group_kind,
        case
            when named.namesake = 1 and named.namesake_id is null
                then coalesce(named.group_name, named.feed_group_id)
            else coalesce(named.group_name || ' ', '') || named.feed_group_id
        end as group_name,
        shares.rung,
        shares.city,
        shares.province,
        shares.country,
        shares.channel,
        shares.cohort,
        shares.tier_band
    from named
    left join shares on named.feed_group_id = shares.feed_group_id and shares.place = 1

)

select * from final
