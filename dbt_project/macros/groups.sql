{#- What people of one group have in common, as a key; null where the person lacks a part. -#}
{% macro stratum_of(kind, rung, place, channel, tier_band, cohort) -%}
    {{ kind }} || '|' || cast({{ rung }} as {{ dbt.type_string() }}) || '|' || {{ place }} || '|'
    || {{ channel }} || '|' || {{ tier_band }} || '|' || {{ cohort }}
{%- endmacro %}

{#- Everything that decides which groups fit a person, as a key; null without a cohort. -#}
{% macro profile_of(places, tier_band, cohort) -%}
    coalesce({{ places }}.city, '') || '|' || coalesce({{ places }}.province, '') || '|'
    || coalesce({{ places }}.country, '') || '|' || coalesce({{ places }}.channel, '') || '|'
    || {{ tier_band }} || '|' || {{ cohort }}
{%- endmacro %}

{#- The whole number above a quotient of whole numbers, the dividend not negative. -#}
{% macro whole_quotient_up(dividend, divisor) -%}
    {{ whole_quotient("(" ~ dividend ~ ") + (" ~ divisor ~ ") - 1", divisor) }}
{%- endmacro %}

{#- The columns of state group_memberships that one release hands to the next. -#}
{% macro memberships_before() -%}
    {{ previous_release("state", "group_memberships", {
        "person_id": dbt.type_string(), "group_kind": dbt.type_string(), "group_id": dbt.type_string(),
        "status": dbt.type_string(), "status_since": "date", "from_group_id": dbt.type_string(),
        "reason_code": dbt.type_string(), "planned_on": "date", "invited_on": "date", "joined_on": "date",
        "invitations": "integer",
    }) }}
{%- endmacro %}

{#-
    Of a binomial number of successes, that which is exceeded but for so many standard deviations of chance
    (group_opening_sigmas, policy), as a whole number; exact where the share is 1.
-#}
{% macro expected_people(people, acceptance) -%}
    cast(floor(greatest(
        {{ people }} * {{ acceptance }}
        - {{ as_double(policy("group_opening_sigmas")) }} * sqrt({{ people }} * {{ acceptance }} * (1 - {{ acceptance }})),
        0
    )) as integer)
{%- endmacro %}

{#-
    One rung of the ladder: the queries of a `with` clause that take waiting_{rung - 1} and capacity_{rung - 1} (how many
    invitations new groups may still cost) to waiting_{rung} and capacity_{rung}. First the open groups' places and next
    waves, then new groups from those who are left, spread evenly.
-#}
{% macro rung_of_ladder(rung) -%}
    {%- set before = rung - 1 -%}
    {%- set kept = "person_id, group_kind, profile, from_group_id, place" -%}
    {%- set target, least, most = policy("group_target_size"), policy("group_least_size"), policy("group_most_size") -%}
    lined_{{ rung }} as (

        select
            waiting.person_id,
            waiting.group_kind,
            strata.stratum,
            row_number() over (partition by strata.stratum order by waiting.place) as number
        from waiting_{{ before }} as waiting
        inner join {{ ref("int_group_strata") }} as strata
            on waiting.profile = strata.profile
            and waiting.group_kind = strata.group_kind
            and strata.rung = {{ rung }}
        where waiting.stratum is null

    ),

    offered_{{ rung }} as {{ materialized() }} (

        select
            lined.*,
            seats.group_id,
            seats.group_id is null and coalesce(lined.number - backlogs.seats <= backlogs.people, false) as is_next_wave,
            row_number() over (
                partition by
                    lined.stratum,
                    seats.group_id is null and coalesce(lined.number - backlogs.seats > backlogs.people, true)
                order by lined.number
            ) as left_number
        from lined_{{ rung }} as lined
        left join {{ ref("int_group_seats") }} as seats
            on lined.stratum = seats.stratum and lined.number = seats.seat
        left join {{ ref("int_group_backlogs") }} as backlogs on lined.stratum = backlogs.stratum

    ),

    strata_{{ rung }} as (

        select
            offered.stratum,
            count(*) as people,
            max({{ as_double("acceptance.acceptance") }}) as acceptance
        from offered_{{ rung }} as offered
        inner join {{ ref("int_group_acceptance") }} as acceptance on offered.group_kind = acceptance.group_kind
        where offered.group_id is null and not offered.is_next_wave
        group by offered.stratum

    ),

    expected_{{ rung }} as (

        select
            strata.*,
            {{ expected_people("people", "acceptance") }} as expected
        from strata_{{ rung }} as strata

    ),

    wanted_{{ rung }} as (

        select
            expected.*,
            greatest(
                {{ whole_quotient("expected", target) }},
                {{ whole_quotient("expected + " ~ most ~ " - " ~ least, most) }}
            ) as openings
        from expected_{{ rung }} as expected
        where expected >= {{ least }}

    ),

    sized_{{ rung }} as (

        select
            wanted.*,
            least({{ whole_quotient_up("expected", "openings") }}, {{ most }}) as planned_size,
            cast(ceiling(least({{ whole_quotient_up("expected", "openings") }}, {{ most }}) / acceptance) as integer) as cost
        from wanted_{{ rung }} as wanted

    ),

    -- how many a stratum could open alone: one whose groups are too large for the accounts keeps none of the others back
    affordable_{{ rung }} as (

        select
            sized.*,
            -- an open group asks for people until it has its target: who will be asked waits on this rung
            cast(ceiling(greatest(sized.planned_size, {{ target }}) / sized.acceptance) as integer) as asked,
            {{ whole_quotient("least(greatest(capacity.invitations, 0), sized.openings * sized.cost)", "sized.cost") }}
                as affordable
        from sized_{{ rung }} as sized
        cross join capacity_{{ before }} as capacity

    ),

    counted_{{ rung }} as (

        select
            affordable.*,
            coalesce(sum(affordable * cost) over (
                order by people desc, {{ by_bytes("stratum") }} rows between unbounded preceding and 1 preceding
            ), 0) as cost_before
        from affordable_{{ rung }} as affordable

    ),

    allowed_{{ rung }} as {{ materialized() }} (

        select
            counted.*,
            {{ whole_quotient(
                "least(greatest(capacity.invitations - counted.cost_before, 0), counted.affordable * counted.cost)",
                "counted.cost"
            ) }} as allowed
        from counted_{{ rung }} as counted
        cross join capacity_{{ before }} as capacity

    ),

    capacity_{{ rung }} as (

        select capacity.invitations - coalesce(spent.invitations, 0) as invitations
        from capacity_{{ before }} as capacity
        cross join (select sum(allowed * cost) as invitations from allowed_{{ rung }}) as spent

    ),

    chosen_{{ rung }} as (

        select
            offered.person_id,
            offered.group_kind,
            offered.stratum,
            offered.group_id,
            offered.is_next_wave,
            allowed.planned_size,
            allowed.allowed < allowed.openings as is_short,
            coalesce(offered.left_number <= allowed.allowed * allowed.asked, false) as is_needed,
            cast((offered.left_number - 1) % nullif(allowed.allowed, 0) + 1 as integer) as opening,
            {{ whole_quotient("offered.left_number - 1", "nullif(allowed.allowed, 0)") }} < {{ most }} as has_seat
        from offered_{{ rung }} as offered
        left join allowed_{{ rung }} as allowed
            on case when offered.group_id is null and not offered.is_next_wave then offered.stratum end = allowed.stratum

    ),

    waiting_{{ rung }} as {{ materialized() }} (

        select
            {% for column in kept.split(", ") -%}
                waiting.{{ column }},
            {% endfor -%}
            case when chosen.group_id is not null or chosen.is_next_wave or chosen.is_needed then {{ rung }}
                else waiting.rung
            end as rung,
            case when chosen.group_id is not null or chosen.is_next_wave or chosen.is_needed then chosen.stratum
                else waiting.stratum
            end as stratum,
            coalesce(chosen.group_id, waiting.group_id) as group_id,
            case when chosen.is_needed and chosen.has_seat then chosen.opening else waiting.opening end as opening,
            case when chosen.is_needed and chosen.has_seat then chosen.planned_size else waiting.planned_size end
                as planned_size,
            case
                when chosen.is_next_wave or (chosen.is_needed and not chosen.has_seat) then 'next_wave'
                when chosen.group_id is not null or chosen.is_needed then null
                when chosen.is_short then 'no_capacity'
                else waiting.waits_for
            end as waits_for
        from waiting_{{ before }} as waiting
        left join chosen_{{ rung }} as chosen
            on waiting.person_id = chosen.person_id and waiting.group_kind = chosen.group_kind

    ),
{%- endmacro %}

{#-
    A group's name up to its number: the kind's pattern with the parts that its people share, those that they do not
    share taken out, cut to so many characters. Relations: of the kind and of the parts.
-#}
{% macro name_prefix(kinds, parts, tier_label, characters) -%}
    {%- set filled = "replace(replace(replace(replace(replace(" ~ kinds ~ ".name_pattern, '{brand}', " ~ kinds ~ ".brand), "
        ~ "'{city}', coalesce(" ~ parts ~ ".city, " ~ parts ~ ".province, " ~ parts ~ ".country, '')), "
        ~ "'{channel}', coalesce(" ~ parts ~ ".channel, '')), '{cohort}', " ~ parts ~ ".cohort), "
        ~ "'{tier}', coalesce(" ~ tier_label ~ ", ''))" -%}
    substr(replace(replace(replace(replace({{ filled }}, '····', '·'), '···', '·'), '··', '·'), '{seq}', ''), 1, {{ characters }})
{%- endmacro %}

{#- Per group of a relation of memberships: people inside, and those planned or invited on top of them. -#}
{% macro group_sizes(memberships) -%}
    select
        group_id,
        cast(sum(inside) as integer) as inside,
        cast(sum(pending) as integer) as pending
    from (
        select
            group_id,
            case when status = 'joined' then 1 else 0 end as inside,
            case when status in ('planned', 'invited') then 1 else 0 end as pending
        from {{ memberships }}
        where status in ('joined', 'planned', 'invited')

        union all

        -- who is on the way into another group is still inside
        select
            from_group_id as group_id,
            1 as inside,
            0 as pending
        from {{ memberships }}
        where from_group_id is not null
    ) as counted
    group by group_id
{%- endmacro %}
