-- one row per person and open kind of group: null, or why the person is not to be invited into one
with worth as (

    select persons.person_id, eligible.group_kind
    from {{ ref("int_group_persons") }} as persons
    inner join {{ ref("group_eligibility") }} as eligible
        on persons.stage = eligible.stage and persons.value_tier = eligible.value_tier

),

placed as (

    select distinct profile, group_kind from {{ ref("int_group_strata") }}

),

routed as (

    select distinct routes.person_id
    from {{ ref("int_contact_routes") }} as routes
    inner join {{ ref("purpose_channels") }} as wanted on routes.channel = wanted.channel
    where wanted.purpose = 'invitation'

),

final as (

    select
        persons.person_id,
        kinds.group_kind,
        case
            when persons.objection is not null then persons.objection
            when persons.is_staff then 'staff'
            when duplicates.person_id is not null then 'duplicate_person'
            when worth.person_id is null then 'not_worth_a_group'
            when persons.cohort is null then 'no_cohort'
            when placed.profile is null then 'no_place'
            when knowledge.has_accounts and routed.person_id is null then 'no_route'
        end as reason_code
    from {{ ref("int_group_persons") }} as persons
    cross join {{ ref("group_kinds") }} as kinds
    cross join {{ ref("int_group_knowledge") }} as knowledge
    left join {{ ref("int_duplicate_persons") }} as duplicates on persons.person_id = duplicates.person_id
    left join worth on persons.person_id = worth.person_id and kinds.group_kind = worth.group_kind
    left join placed on persons.profile = placed.profile and kinds.group_kind = placed.group_kind
    left join routed on persons.person_id = routed.person_id
    where kinds.is_open

)

select * from final
