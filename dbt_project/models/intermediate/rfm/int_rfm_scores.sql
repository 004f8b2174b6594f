-- one row per metric and distinct value: how many cut points lie strictly below it, plus one
with final as (

    select
        scored_values.metric,
        scored_values.value,
        cast(1 + count(cut_points.cut_value) as integer) as score
    from {{ ref("int_rfm_values") }} as scored_values
    left join {{ ref("rfm_cut_points") }} as cut_points
        on scored_values.metric = cut_points.metric
        and cut_points.cut_value < scored_values.value
    group by scored_values.metric, scored_values.value

)

select * from final
