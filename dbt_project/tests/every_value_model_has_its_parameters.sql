-- a published model has all of its parameters, each above zero, out of one fit on or before as_of_date
select
    model,
    count(*) as parameters
from {{ ref("model_parameters") }}
group by model
having
    count(*) <> case when model = 'gamma_gamma' then 3 else 4 end
    or min(value) <= 0
    or min(fitted_as_of_date) <> max(fitted_as_of_date)
    or max(fitted_as_of_date) > {{ as_of_date() }}
