-- one row per customer and survey answer that the policy knows; what it does not know could hold anything
with answers as (

    select surveys.user_id, {{ lower_case("surveys.question") }} as question, surveys.answer
    from {{ ref("stg_surveys") }} as surveys
    inner join {{ ref("int_customers") }} as customers on surveys.user_id = customers.user_id
    where surveys.answer is not null

),

known as (

    select * from {{ ref("survey_answers") }}

),

told as (

    select
        answers.user_id,
        answers.question,
        coalesce(listed.answer, answers.answer) as answer,
        coalesce(listed.label_en, {{ dbt.concat(["open_ended.label_en", "': '", "answers.answer"]) }}) as label_en,
        coalesce(listed.label_zh, {{ dbt.concat(["open_ended.label_zh", "'：'", "answers.answer"]) }}) as label_zh
    from answers
    left join known as listed
        on answers.question = listed.question and {{ lower_case("answers.answer") }} = listed.answer
    left join known as open_ended on answers.question = open_ended.question and open_ended.answer is null
    where
        listed.question is not null
        or (open_ended.question is not null and not {{ may_hold_handle("answers.answer") }})

),

final as (

    select distinct
        user_id,
        'survey' as category,
        {{ dbt.concat(["question", "'='", "answer"]) }} as value,
        label_en,
        label_zh,
        'surveys' as source
    from told

)

select * from final
