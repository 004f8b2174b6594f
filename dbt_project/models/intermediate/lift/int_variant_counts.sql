-- one row per experiment and variant: the people whom it reached, and when it is due
with reached as (

    select
        experiment,
        variant,
        count(*) as people
    from {{ ref("int_experiment_outcomes") }}
    group by experiment, variant

),

final as (

    select
        experiments.experiment,
        experiments.variant,
        experiments.playbook,
        experiments.metric,
        experiments.is_control,
        coalesce(reached.people, 0) as people,
        cast({{ dbt.dateadd("day", policy("outcome_window_days"), "experiments.ends_on") }} as date) as due_on
    from {{ ref("experiments") }} as experiments
    left join reached on experiments.experiment = reached.experiment and experiments.variant = reached.variant

)

select * from final
