-- one row per spelling of a contact's result, in lower case: the policy's own, the codes, and the labels that a
-- workbook's drop-down list holds
with results as (

    select result, label_en, label_zh from {{ ref("contact_results") }}

),

spelled as (

    select spelling, result from {{ ref("contact_result_spellings") }}
    union
    select result as spelling, result from results
    union
    select label_en as spelling, result from results
    union
    select label_zh as spelling, result from results
    union
    select {{ dbt.concat(["label_en", "' '", "label_zh"]) }} as spelling, result from results

),

final as (

    select distinct {{ lower_case(trimmed("spelling")) }} as spelling, result
    from spelled

)

select * from final
