-- Groups, what happens in them, and who is a friend of which account.

create temp table changed_members (group_id varchar, user_no bigint, joined_on date, left_on date);
create temp view members_due as from members;

-- one row per group: those of the world's cities, and those set up for invitations
create temp view named_groups as
select group_id, group_name, operator_id(operator_no) as operator_id from group_names
union all
from opened_groups;

create temp macro group_id(n) as 'G' || lpad(n::varchar, 5, '0');
create temp macro activity(n) as least(0.9, 0.1 * exponential('activity', n));

-- the groups that the rows of temp table people join when they register
create temp macro memberships() as table
with chosen as (

    select
        people.user_no,
        people.registered_on,
        groups.first_group,
        groups.groups,
        year(people.baby_on) * 4 + quarter(people.baby_on) as quarter_no
    from people
    inner join city_groups as groups on people.city_no = groups.city_no
    where
        not people.is_staff
        and not people.is_second
        and draw('member', people.user_no) < p('groups.share')

),

placed as (

    select user_no, registered_on, first_group + quarter_no % groups as group_no
    from chosen

    union all

    select user_no, registered_on, first_group + (quarter_no + 1) % groups
    from chosen
    where groups > 1 and draw('second group', user_no) < p('groups.second_share')

)

select
    group_id(group_no) as group_id,
    user_no,
    registered_on as joined_on,
    case
        when draw('leaves', user_no, group_no) < p('groups.left_share')
            then later(registered_on, 1 + floor(180 * exponential('leaves after', user_no, group_no)))
    end as left_on
from placed;

-- the group_members feed, out of temp table changed_members (group_id, user_no, joined_on, left_on), as it is on as_of
create temp macro member_rows(as_of) as table
select
    members.group_id,
    user_id(members.user_no) as user_id,
    case
        when is_staff(members.user_no) then 'lead'
        when activity(members.user_no) > 0.4 then 'koc'
        else 'member'
    end as role,
    in_hours(members.joined_on, 8, 23, 'registered', members.user_no) + interval 10 minutes as joined_at,
    case when members.left_on <= as_of then moment(members.left_on, 64800) end as left_at,
    names.group_name,
    names.operator_id
from changed_members as members
left join named_groups as names on members.group_id = names.group_id
order by members.group_id, members.user_no;

-- the community_events feed: what the members of `members_due` did after one day and up to another
create temp macro event_rows(after, upto) as table
with active_days as (

    select
        people.user_no,
        people.group_id,
        days.day
    from (
        select user_no, min(group_id) as group_id, min(joined_on) as joined_on, max(coalesce(left_on, '9999-01-01')) as left_on
        from members_due
        group by user_no
    ) as people
    inner join (select day from days where day > after and day <= upto) as days
        on people.joined_on < days.day and people.left_on > days.day
    where draw('active', people.user_no, nth(days.day)) < activity(people.user_no)

),

acts as (

    select
        user_no,
        group_id,
        day,
        unnest(range(1, 2 + least(8, floor(1.2 * exponential('acts', user_no, nth(day))))::bigint)) as act_no
    from active_days

),

told as (

    select
        'E' || user_no || '-' || nth(acts.day) || '-' || act_no as event_id,
        acts.user_no,
        types.event_type,
        in_hours(acts.day, 7, 23, 'act', acts.user_no, nth(acts.day) * 10 + act_no) as occurred_at,
        acts.group_id,
        case when types.event_type = 'active_minutes' then 1 + dice('minutes', 45, acts.user_no, nth(acts.day)) end as value
    from acts
    inner join event_buckets as types
        on bucket('act type', acts.user_no, nth(acts.day) * 10 + act_no) = types.bucket

    union all

    select
        'J' || user_no || '-' || group_id,
        user_no,
        'join',
        in_hours(joined_on, 8, 23, 'registered', user_no) + interval 10 minutes,
        group_id,
        null
    from members_due
    where joined_on > after and joined_on <= upto

    union all

    select 'L' || user_no || '-' || group_id, user_no, 'leave', moment(left_on, 64800), group_id, null
    from members_due
    where left_on > after and left_on <= upto

)

select event_id, user_id(user_no) as user_id, event_type, occurred_at, group_id, value
from told
order by occurred_at, event_id;

create temp macro unfriended_on(n, registered_on) as
    case
        when draw('unfriends', n) < p('friendship.removed_share')
            then later(registered_on, 1 + floor(200 * exponential('unfriends after', n)))
    end;

-- the friends feed for the rows of temp table people who are friends from their first day, as it is on as_of
create temp macro first_friend_rows(as_of) as table
select
    account_id(account_no(user_no)) as account_id,
    user_id(user_no) as user_id,
    registered_at as requested_at,
    registered_at + interval 20 minutes as accepted_at,
    case when unfriended_on <= as_of then moment(unfriended_on, 61200) end as removed_at
from (select *, unfriended_on(user_no, registered_on) as unfriended_on from people)
where is_friend(user_no)
order by account_id, user_id;

-- the operators feed
create temp macro operator_rows() as table
select
    operator_id(n) as operator_id,
    user_id(n) as user_id,
    'operator ' || lpad(n::varchar, 3, '0') as name,
    true as active,
    p('operators.max_groups') as max_groups,
    p('operators.max_people') as max_people,
    case
        when dice('days off', 3, n) = 0 then 'saturday,sunday'
        else ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'][1 + dice('day off', 5, n)]
    end as days_off
from range(1, p('operator_count') + 1) as t (n);

-- the accounts feed
create temp macro account_rows() as table
select
    account_id(n) as account_id,
    operator_id(operator_no(n)) as operator_id,
    true as active,
    p('operators.daily_add_limit') as daily_add_limit,
    p('operators.daily_contact_limit') as daily_contact_limit
from range(1, p('operator_count') * p('operators.accounts_each') + 1) as t (n);
