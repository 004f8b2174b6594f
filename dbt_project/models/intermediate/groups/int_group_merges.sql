-- one row per group that stayed too small and has a compatible one with room: where its people should go
with small as (

    select *
    from {{ ref("int_group_stages") }}
    where status = 'stopped' and cohort is not null and inside > 0

),

-- the groups that fit nearly all who are inside: the same stratum or a coarser one
fitting as (

    select
        small.group_id,
        others.group_id as merge_into,
        others.rung,
        small.inside,
        small.pending,
        others.inside + others.pending as taken,
        others.group_name
    from small
    inner join {{ ref("int_group_stages") }} as others
        on small.group_kind = others.group_kind and small.cohort = others.cohort and small.group_id <> others.group_id
    inner join {{ ref("int_membership_standing") }} as members
        on small.group_id = members.group_id and members.status = 'joined'
    inner join {{ ref("int_group_persons") }} as persons on members.person_id = persons.person_id
    inner join {{ ref("int_group_strata") }} as strata
        on persons.profile = strata.profile and others.stratum = strata.stratum
    where
        (
            others.status in ('filling', 'live')
            -- of two that are too small the smaller one gives way
            or (others.status = 'stopped' and others.inside > small.inside)
            or (
                others.status = 'stopped'
                and others.inside = small.inside
                and {{ by_bytes("others.group_name") }} < {{ by_bytes("small.group_name") }}
            )
        )
        and small.inside + others.inside + others.pending <= {{ policy("group_most_size") }}
    group by
        small.group_id, others.group_id, others.rung, small.inside, small.pending, others.inside, others.pending,
        others.group_name
    having count(*) * 100 >= small.inside * {{ policy("group_adopted_share_percent") }}

),

chosen as (

    select
        fitting.*,
        row_number() over (
            partition by fitting.group_id
            order by fitting.rung asc, fitting.taken desc, {{ by_bytes("group_name") }} asc
        ) as place
    from fitting

),

-- several may go into one group as long as all of them fit; who gives way takes nobody in
summed as (

    select
        chosen.*,
        chosen.taken + sum(chosen.inside) over (
            partition by chosen.merge_into order by chosen.inside desc, {{ by_bytes("group_id") }} asc
            rows between unbounded preceding and current row
        ) as size_then
    from chosen
    where chosen.place = 1

),

final as (

    select
        summed.group_id,
        summed.merge_into,
        summed.inside,
        -- who was invited before may still come in, and goes along
        {{ policy("group_merges_are_executed") }} = 1 and summed.pending = 0 as is_executed
    from summed
    left join summed as givers on summed.merge_into = givers.group_id
    where givers.group_id is null and summed.size_then <= {{ policy("group_most_size") }}

)

select * from final
