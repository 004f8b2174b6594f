-- Who the people are. Everything follows from a user's number and the day of registration (temp table arrivals).

create temp table arrivals (user_no bigint, registered_on date);

create temp macro is_staff(n) as n <= p('operator_count') or draw('atmosphere', n) < p('people.atmosphere_share');
create temp macro has_phone(n) as draw('has phone', n) < p('people.phone_share');
create temp macro has_wecom(n) as draw('has wecom', n) < p('people.wecom_share');

-- A second account belongs to somebody earlier, who is neither staff nor a second account.
create temp macro earlier(n) as 1 + dice('earlier', greatest(n - 1, 1), n);
create temp macro would_be_second(n) as draw('second', n) < p('people.duplicate_share');
create temp macro is_second(n) as would_be_second(n) and not is_staff(n) and not would_be_second(earlier(n))
    and not is_staff(earlier(n)) and (has_phone(earlier(n)) or has_wecom(earlier(n)));
create temp macro person_no(n) as case when is_second(n) then earlier(n) else n end;
create temp macro shares_phone(n) as
    has_phone(earlier(n)) and (draw('shares phone', n) < 0.6 or not has_wecom(earlier(n)));

create temp macro chosen_people() as table
with numbered as (

    select
        user_no,
        registered_on,
        is_staff(user_no) as is_staff,
        is_second(user_no) as is_second,
        person_no(user_no) as person_no
    from arrivals

),

dated as (

    select
        *,
        in_hours(registered_on, 8, 23, 'registered', user_no) as registered_at,
        not is_second and draw('milestone', user_no) >= p('people.no_milestone_share') as has_milestone,
        draw('expecting', user_no) < p('people.expecting_share') as is_expecting,
        later(registered_on, 2 + dice('due', 200, user_no)) as due_on,
        later(registered_on, -1 - floor(700 * power(draw('born', user_no), 1.5))) as born_on,
        case
            when draw('deleted', user_no) < p('people.deleted_share')
                then later(registered_on, 1 + floor(300 * exponential('deleted after', user_no)))
        end as deleted_on
    from numbered

),

born as (

    select
        *,
        case
            when is_expecting then greatest(later(due_on, dice('born early', 36, user_no) - 21), later(registered_on, 1))
            else born_on
        end as baby_on,
        case
            when has_milestone and is_expecting and draw('ended', user_no) < p('people.ended_share')
                then later(registered_on, 1 + dice('ended after', due_on - registered_on, user_no))
        end as ended_on
    from dated

),

final as (

    select
        born.*,
        channels.channel,
        channels.prefix || lpad((1 + dice('entry', 12, user_no))::varchar, 2, '0') as entry_code,
        cities.city_no,
        cities.city,
        cities.province,
        draw('converts', person_no) < channels.conversion as converts,
        least(0.2, unit_gamma('rate', p('purchases.rate_shape'), user_no) / p('purchases.gap_days')) as rate,
        1 - power(draw('dropout', user_no), 1.0 / p('purchases.dropout_b')) as dropout,
        p('purchases.appetite') * unit_gamma('appetite', p('purchases.appetite_shape'), user_no) as appetite,
        unit_gamma('responsiveness', p('response.responsiveness_shape'), user_no) as responsiveness
    from born
    inner join channel_buckets as channels on bucket('channel', user_no) = channels.bucket
    inner join city_buckets as cities on bucket('city', person_no) = cities.bucket

)

from final;

create temp table people as from chosen_people();

-- the users feed: the rows of temp table people as they are at the end of as_of
create temp macro user_rows(as_of) as table
select
    user_id(user_no) as user_id,
    'user ' || lpad(user_no::varchar, 6, '0') as nickname,
    registered_at,
    channel,
    entry_code,
    case when channel in ('store', 'hospital') then 'S' || lpad((city_no * 10 + dice('store', 5, user_no))::varchar, 4, '0') end
        as store_id,
    city,
    province,
    'CN' as country,
    case
        when draw('gender known', person_no) < p('people.gender_known_share')
            then case when draw('gender', person_no) < p('people.female_share') then 'female' else 'male' end
    end as gender,
    case
        when draw('birth date known', person_no) < p('people.birth_date_share')
            then later(date '1982-01-01', 3650 * (draw('age', person_no) + draw('age', person_no, 1)))
    end as birth_date,
    case
        when not has_milestone then null
        when is_expecting and (ended_on is not null or baby_on > as_of) then due_on
        else baby_on
    end as milestone_date,
    case
        when not has_milestone then null
        when ended_on <= as_of then 'ended'
        when is_expecting and (ended_on is not null or baby_on > as_of) then 'expected'
        else 'confirmed'
    end as milestone_status,
    case when draw('occupation', person_no) < 0.6 then p('occupations')[1 + dice('which occupation', 8, person_no)] end
        as occupation,
    case
        when draw('interests', person_no) < 0.5
            then p('interests')[1 + dice('interest', 4, person_no)] || ','
                || p('interests')[5 + dice('other interest', 4, person_no)]
    end as interests,
    case
        when (not is_second and has_phone(user_no)) or (is_second and shares_phone(user_no))
            then case when draw('local phone', user_no) < p('people.local_phone_share') then '154 ' else '+86154' end
                || lpad(person_no::varchar, 8, '0')
    end as phone,
    case
        when (not is_second and has_wecom(user_no)) or (is_second and not shares_phone(user_no))
            then 'sim-' || lpad(person_no::varchar, 8, '0')
    end as wecom_id,
    case
        when not is_second and draw('email', user_no) < p('people.email_share')
            then 'user' || lpad(user_no::varchar, 8, '0') || '@example.com'
    end as email,
    case when channel = 'referral' and user_no > 1 then user_id(1 + dice('referrer', user_no - 1, user_no)) end
        as referrer_user_id,
    is_staff,
    draw('do not contact', user_no) < p('people.do_not_contact_share') as do_not_contact,
    case when deleted_on <= as_of then moment(deleted_on, 43200) end as deleted_at,
    greatest(
        registered_at,
        case when ended_on <= as_of then moment(ended_on, 43200) end,
        case when has_milestone and is_expecting and baby_on <= as_of then moment(baby_on, 43200) end,
        case when deleted_on <= as_of then moment(deleted_on, 43200) end
    ) as updated_at
from people;

-- what will happen to the rows of temp table people without anybody doing anything
create temp macro fates() as table
select baby_on as day, 'profile' as what, user_no, null::varchar as detail
from people
where has_milestone and is_expecting and ended_on is null
union all
select ended_on, 'profile', user_no, null from people where ended_on is not null
union all
select deleted_on, 'profile', user_no, null from people where deleted_on is not null
union all
select
    later(registered_on, 1 + floor(200 * exponential('suppressed after', user_no))),
    case
        when draw('suppressed', user_no) < p('people.opt_out_share') then 'opt_out'
        when draw('suppressed', user_no) < p('people.opt_out_share') + p('people.complaint_share') then 'complaint'
        when draw('suppressed', user_no)
            < p('people.opt_out_share') + p('people.complaint_share') + p('people.blacklist_share') then 'blacklist'
        else 'whitelist'
    end,
    user_no,
    null
from people
where
    not is_staff
    and draw('suppressed', user_no) < p('people.opt_out_share') + p('people.complaint_share')
        + p('people.blacklist_share') + p('people.whitelist_share');

-- the rhythm of the rows of temp table people, before the first purchase
create temp macro first_rhythm() as table
select
    people.user_no,
    people.registered_on,
    people.baby_on,
    people.converts,
    people.rate,
    people.dropout,
    people.appetite,
    people.responsiveness,
    coalesce(ends.starts_at, 9223372036854775807) as ends_at,
    case
        when people.converts then registered.ends_at + ceil(
            exponential('first gap', people.user_no) * p('purchases.first_gap_days') * p('ticks_a_day')
        )::bigint
    end as next_at,
    1 as purchase_no,
    0 as purchases,
    null::date as last_on
from people
inner join days as registered on people.registered_on = registered.day
left join days as ends on least(people.deleted_on, people.ended_on) = ends.day
where not people.is_staff and not people.is_second;

-- the suppressions feed: the agenda's entries after the day `after`, up to the day `upto`
create temp macro suppression_rows(after, upto) as table
select
    case when by_phone then null else user_id(user_no) end as user_id,
    case when by_phone then '+86154' || lpad(user_no::varchar, 8, '0') end as phone,
    what as kind,
    coalesce(detail, 'asked for it') as reason,
    in_hours(day, 9, 20, 'suppressed at', user_no) as since
from (
    select
        *,
        has_phone(user_no) and not is_second(user_no) and draw('by phone', user_no) < 0.15 as by_phone
    from agenda
    where day > after and day <= upto and what in ('opt_out', 'complaint', 'blacklist', 'whitelist')
);

-- the surveys feed: what the rows of temp table people answered on their first day
create temp macro survey_rows() as table
with answers as (

    select
        user_no,
        registered_at,
        unnest([
            {'question': 'purchase_plan', 'answer': case
                when converts then ['this_week', 'this_month', 'later'][1 + dice('plan', 3, user_no)]
                else ['this_month', 'later', 'none'][1 + dice('plan', 3, user_no)]
            end},
            {'question': 'would_recommend', 'answer': ['yes', 'yes', 'no'][1 + dice('recommend', 3, user_no)]},
            {'question': 'would_help', 'answer': ['yes', 'no'][1 + dice('help', 2, user_no)]},
            {'question': 'interested_in', 'answer': p('interests')[1 + dice('interested', 8, user_no)]}
        ]) as given
    from people
    where not is_staff and not is_second and draw('survey', user_no) < p('people.survey_share')

)

select
    user_id(user_no) as user_id,
    given.question as question,
    given.answer as answer,
    registered_at + interval 5 minutes as answered_at
from answers;
