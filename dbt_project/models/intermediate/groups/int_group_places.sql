{#- One more rung than shipped would be one more here: tests/ladders_have_few_rungs.sql holds policy to it. -#}
{%- set rungs = 6 -%}
-- one row per person and kind of group in the queue: the group's place that the person gets tonight, the opening (a
-- number within the stratum) that the person belongs to, or what the person waits for
{{ climbed(rungs) }}
