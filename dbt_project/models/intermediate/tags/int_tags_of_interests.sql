-- one row per customer and interest
with listed as (

    select
        user_id,
        {{ each_listed("interests") }} as interest
    from {{ ref("stg_users") }}
    where interests is not null

),

final as (

    select distinct
        customers.user_id,
        'interest' as category,
        {{ trimmed("listed.interest") }} as value,
        cast(null as {{ dbt.type_string() }}) as label_en,
        cast(null as {{ dbt.type_string() }}) as label_zh,
        'users' as source
    from listed
    inner join {{ ref("int_customers") }} as customers on listed.user_id = customers.user_id
    where {{ trimmed("listed.interest") }} <> '' and not {{ may_hold_handle("listed.interest") }}

)

select * from final
