-- one row per person and experiment under way or to come that the person takes part in: the variant
with experiments as (

    select
        *,
        {{ as_double("sum(weight) over (partition by experiment)") }} as all_weights,
        {{ as_double(
            "sum(weight) over (partition by experiment order by " ~ by_bytes("variant")
            ~ " rows between unbounded preceding and current row)"
        ) }} as weights_up_to
    from {{ ref("experiments") }}
    where ends_on > {{ as_of_date() }}

),

pilots as (

    select distinct
        experiment,
        {{ as_double("pilot_percent") }} as pilot_percent
    from experiments

),

people as (

    select distinct person_id from {{ ref("persons") }}

),

pilot_people as (

    select
        people.person_id,
        pilots.experiment,
        {{ hash_share("'variant'", "people.person_id", "pilots.experiment") }} as share
    from people
    cross join pilots
    where {{ hash_share("'pilot'", "people.person_id", "pilots.experiment") }} * 100 < pilots.pilot_percent

),

final as (

    select
        pilot_people.person_id,
        pilot_people.experiment,
        experiments.variant,
        experiments.playbook,
        experiments.script_key,
        experiments.starts_on,
        experiments.ends_on
    from pilot_people
    inner join experiments
        on
        pilot_people.experiment = experiments.experiment
        and pilot_people.share * experiments.all_weights >= experiments.weights_up_to - experiments.weight
        and pilot_people.share * experiments.all_weights < experiments.weights_up_to

)

select * from final
