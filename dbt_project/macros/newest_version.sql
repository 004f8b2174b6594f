{#-
    Rows of a keyed feed as they stood on as_of_date, one per key: the newest file wins (the greatest path, by
    bytes), within a file the greatest updated_at, then a fixed order of the row's own values. Rows dated after
    as_of_date do not exist yet. Versions updated after it count only where there is no earlier one.
    as_of=false: the newest version that has landed, whatever its date; for what takes people off lists.
-#}
{% macro newest_version(feed, key, values, updated_at=false, as_of=true) %}
with landed as (

    select *
    from {{ source("raw", feed) }}
    {%- if as_of %}
    where business_date is null or business_date <= {{ as_of_date() }}
    {%- endif %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by {{ key | join(", ") }}
            order by
                {%- if updated_at and as_of %}
                case when cast(updated_at as date) > {{ as_of_date() }} then 1 else 0 end,
                {%- endif %}
                {{ by_bytes("source_file") }} desc,
                {%- if updated_at %}
                updated_at desc nulls last,
                {%- endif %}
                {%- for value in values %}
                {{ value }} desc nulls last,
                {%- endfor %}
                source_row
        ) as version_rank
    from landed

),

final as (

    select
        {%- for column in key + values %}
        {{ column }},
        {%- endfor %}
        {%- if updated_at %}
        updated_at,
        {%- endif %}
        source_file,
        source_row
    from ranked
    where version_rank = 1

)

select * from final
{% endmacro %}
