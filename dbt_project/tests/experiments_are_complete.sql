-- policy: an experiment has two variants or more, one of them the control, with positive weights, all with the same
-- playbook, pilot, metric and dates in their order; no two experiments of a playbook have a day in common
with experiments as (

    select
        experiment,
        min(playbook) as playbook,
        min(starts_on) as starts_on,
        max(ends_on) as ends_on,
        count(*) as variants,
        sum(case when is_control then 1 else 0 end) as controls,
        min(weight) as least_weight,
        min(pilot_percent) as least_percent,
        max(pilot_percent) as greatest_percent,
        count(distinct playbook) as playbooks,
        count(distinct metric) as metrics,
        count(distinct starts_on) as starts,
        count(distinct ends_on) as ends
    from {{ ref("experiments") }}
    group by experiment

)

select experiment
from experiments
where
    variants < 2
    or controls <> 1
    or least_weight <= 0
    or least_percent <= 0
    or greatest_percent > 100
    or least_percent <> greatest_percent
    or playbooks <> 1
    or metrics <> 1
    or starts <> 1
    or ends <> 1
    or starts_on > ends_on
union all
select experiments.experiment
from experiments
inner join experiments as others
    on
    experiments.playbook = others.playbook
    and experiments.experiment <> others.experiment
    and experiments.starts_on <= others.ends_on
    and others.starts_on <= experiments.ends_on
