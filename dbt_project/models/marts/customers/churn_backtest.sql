-- one row per stage of the backtest day: how many of its customers bought since
with stages as (

    select user_id, stage from {{ source("backtest", "int_lifecycle") }}

),

buyers as (

    select distinct user_id
    from {{ ref("int_day_nets") }}
    where day_net > 0 and net_date > {{ backtest_date() }}

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        {{ backtest_date() }} as backtest_date,
        stages.stage,
        count(*) as users,
        count(buyers.user_id) as returned,
        {{ quotient("count(buyers.user_id)", "count(*)") }} as rate
    from stages
    left join buyers on stages.user_id = buyers.user_id
    group by stages.stage

)

select * from final
