-- one row per landing row that counts nowhere, with the reason; an order that breaks a rule is one row of it
with rows_left_out as (

    select feed, source_file, source_row, reason_code, column_name
    from {{ source("raw", "quarantined") }}
    where business_date is null or business_date <= {{ as_of_date() }}

    union all

    select feed, source_file, source_row, reason_code, column_name
    from {{ ref("int_order_faults") }}

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        rows_left_out.feed,
        rows_left_out.source_file as file,
        rows_left_out.source_row as row,
        rows_left_out.reason_code,
        rows_left_out.column_name,
        reasons.label_en as reason_en,
        reasons.label_zh as reason_zh
    from rows_left_out
    left join {{ ref("quarantine_reasons") }} as reasons on rows_left_out.reason_code = reasons.reason_code

)

select * from final
