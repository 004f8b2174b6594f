-- policy: no cohort comes from two sources: quarters (such as 2024Q1) differ by their prefixes, and no age band looks
-- like a quarter of another source
with cohorts as (

    select
        sources.cohort_source,
        coalesce(sources.prefix, '') || coalesce(bands.band, '____Q_') as shape
    from {{ ref("cohort_sources") }} as sources
    left join {{ ref("age_bands") }} as bands on sources.cohort_source = 'age_band'

)

select cohorts.shape
from cohorts
inner join cohorts as quarters
    on cohorts.cohort_source <> quarters.cohort_source and cohorts.shape like quarters.shape
where quarters.cohort_source <> 'age_band'
