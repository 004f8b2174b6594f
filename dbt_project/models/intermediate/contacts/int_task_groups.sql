-- one row per invitation that lies ahead: the group that the person is planned for
with final as (

    select
        tasks.schedule_id,
        memberships.group_id,
        registry.group_name
    from {{ ref("int_operator_tasks") }} as tasks
    inner join {{ ref("group_memberships") }} as memberships
        on tasks.person_id = memberships.person_id and tasks.playbook = memberships.group_kind
    inner join {{ ref("group_registry") }} as registry on memberships.group_id = registry.group_id
    where tasks.purpose = 'invitation' and memberships.status = 'planned'

)

select * from final
