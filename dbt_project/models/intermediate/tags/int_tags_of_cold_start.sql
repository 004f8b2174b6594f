-- one row per customer without a purchase who answered or was active: the layer with most points that it asks for
with ranked as (

    select
        points.user_id,
        points.has_answered,
        layers.layer,
        layers.label_en,
        layers.label_zh,
        row_number() over (partition by points.user_id order by points.points desc, layers.sort_order asc) as place
    from {{ ref("int_cold_start_points") }} as points
    inner join {{ ref("cold_start_layers") }} as layers
        on points.layer = layers.layer and points.points >= layers.min_points

),

final as (

    select
        user_id,
        'cold_start_layer' as category,
        layer as value,
        label_en,
        label_zh,
        case when has_answered then 'surveys' else 'community_events' end as source
    from ranked
    where place = 1

)

select * from final
