-- one row per group of the feeds: its name, who runs it, its kind, and how many are inside
with members as (

    select
        group_id,
        group_name,
        operator_id,
        row_number() over (
            partition by group_id
            order by
                case when group_name is null then 1 else 0 end,
                {{ by_bytes("source_file") }} desc,
                {{ by_bytes("user_id") }} asc
        ) as name_place,
        row_number() over (
            partition by group_id
            order by
                case when operator_id is null then 1 else 0 end,
                {{ by_bytes("source_file") }} desc,
                {{ by_bytes("user_id") }} asc
        ) as operator_place
    from {{ ref("stg_group_members") }}

),

named as (

    select
        group_id,
        max(case when name_place = 1 then group_name end) as group_name,
        max(case when operator_place = 1 then operator_id end) as operator_id
    from members
    group by group_id

),

sized as (

    select
        feed_group_id,
        sum(case when is_inside then 1 else 0 end) as inside
    from {{ ref("int_group_presence") }}
    group by feed_group_id

),

kinds as (

    select group_kind, row_number() over (order by sort_order) as place from {{ ref("group_kinds") }}

),

spelled as (

    select
        named.group_id,
        min({{ by_bytes("spellings.group_kind") }}) as group_kind
    from named
    inner join {{ ref("group_kind_spellings") }} as spellings
        on {{ lower_case("named.group_name") }} like '%' || spellings.spelling || '%'
    group by named.group_id

),

final as (

    select
        sized.feed_group_id,
        named.group_name,
        named.operator_id,
        coalesce(spelled.group_kind, kinds.group_kind) as group_kind,
        sized.inside
    from sized
    inner join kinds on kinds.place = 1
    left join named on sized.feed_group_id = named.group_id
    left join spelled on sized.feed_group_id = spelled.group_id

)

select * from final
