{#- No row of the model is empty in one of these columns. -#}
{% test filled(model, columns) %}

select {{ columns | join(", ") }}
from {{ model }}
where {{ columns | join(" is null or ") }} is null

{% endtest %}
