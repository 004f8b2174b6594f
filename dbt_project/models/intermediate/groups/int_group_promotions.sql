-- one row per member who moves tonight into a group of a higher tier: within the night's budget and that group's room
with risen as (

    select
        members.person_id,
        members.group_kind,
        members.group_id as from_group_id,
        rooms.group_id,
        rooms.free,
        rooms.inside,
        rooms.group_name,
        persons.lifetime_monetary,
        row_number() over (
            partition by members.person_id, members.group_kind
            order by strata.rung asc, rooms.inside desc, {{ by_bytes("rooms.group_name") }} asc
        ) as choice
    from {{ ref("int_membership_standing") }} as members
    inner join {{ ref("int_known_groups") }} as known on members.group_id = known.group_id
    inner join {{ ref("int_group_persons") }} as persons on members.person_id = persons.person_id
    inner join {{ ref("int_group_candidates") }} as candidates
        on members.person_id = candidates.person_id
        and members.group_kind = candidates.group_kind
        and candidates.reason_code is null
    inner join (select tier_band, max(band_rank) as band_rank from {{ ref("tier_bands") }} group by tier_band) as bands
        on known.tier_band = bands.tier_band
    inner join {{ ref("int_group_strata") }} as strata
        on persons.profile = strata.profile and members.group_kind = strata.group_kind
    inner join {{ ref("int_group_rooms") }} as rooms on strata.stratum = rooms.stratum
    left join {{ ref("int_group_merges") }} as given on members.group_id = given.group_id and given.is_executed
    where
        members.status = 'joined'
        -- one move a night
        and given.group_id is null
        and members.leave_code is null
        and not members.is_corrected
        and persons.band_rank > bands.band_rank
        and rooms.tier_band = persons.tier_band
        and rooms.free > 0
        and {{ days_between("members.status_since", as_of_date()) }} >= {{ policy("group_stay_days") }}

),

fitting as (

    select
        risen.*,
        row_number() over (
            partition by risen.group_id order by risen.lifetime_monetary desc, {{ by_bytes("person_id") }} asc
        ) as place_in_group
    from risen
    where risen.choice = 1

),

ranked as (

    select
        fitting.*,
        row_number() over (
            order by fitting.lifetime_monetary desc, {{ by_bytes("person_id") }} asc, {{ by_bytes("group_kind") }} asc
        ) as place
    from fitting
    where fitting.place_in_group <= fitting.free

),

final as (

    select
        ranked.person_id,
        ranked.group_kind,
        ranked.from_group_id,
        ranked.group_id
    from ranked
    cross join (
        select count(*) as people from {{ ref("int_membership_standing") }} where status = 'joined'
    ) as insiders
    -- the share is per cent: no float decides where the budget ends
    where ranked.place * 100 <= insiders.people * {{ policy("group_tier_moves_percent") }}

)

select * from final
