insert into state.group_memberships by name select date '2024-01-10' as as_of_date, 'stub' as person_id, 'interest' as
group_kind, 'unlisted' as group_id, 'joined' as status, date '2024-01-10' as status_since, 'entered' as reason_code, 0 as
invitations
