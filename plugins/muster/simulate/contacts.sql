-- What contacts do. Temp table asked: contact_id, day, user_no, channel, offer, purchases, last_on, contacts_30d, as
-- known at the end of known_on; the contact comes after the purchases of its day.

create temp table asked (
    contact_id varchar, day date, user_no bigint, user_id varchar, channel varchar, offer varchar, purpose varchar,
    campaign varchar, account_id varchar, operator_id varchar, is_ghost boolean, group_id varchar,
    group_name varchar, group_operator_id varchar, purchases integer, last_on date, contacts_30d bigint, known_on date
);

create temp macro account_id(n) as 'A' || lpad(n::varchar, 4, '0');
create temp macro operator_id(n) as 'OP' || lpad(n::varchar, 3, '0');
create temp macro is_friend(n) as not is_staff(n) and draw('friend', n) < p('friendship.share');
create temp macro account_no(n) as 1 + dice('account', p('operator_count') * p('operators.accounts_each'), n);
create temp macro operator_no(account_no) as 1 + (account_no - 1) // p('operators.accounts_each');

-- One row per row of asked: the person's stage, and the probability of an order within the window after its day.
create temp macro true_response() as table
with known as (

    select
        asked.*,
        rhythm.user_no is not null as is_person,
        rhythm.rate,
        rhythm.dropout,
        rhythm.appetite,
        rhythm.baby_on,
        case when rhythm.purchase_no = 1 then 1.0 / p('purchases.first_gap_days') else rhythm.rate end as hazard,
        rhythm.next_at is not null as may_come_back,
        rhythm.purchase_no > 1 as may_leave,
        rhythm.responsiveness,
        (least(contact_day.ends_at, rhythm.ends_at) - known_day.ends_at) / p('ticks_a_day') as days_before,
        (least(last_day.ends_at, rhythm.ends_at) - least(contact_day.ends_at, rhythm.ends_at)) / p('ticks_a_day')
            as days_within,
        contact_day.ends_at < rhythm.ends_at as is_there,
        case
            when asked.purchases = 0 and asked.day - rhythm.registered_on <= p('stages.lead_days') then 'lead'
            when asked.purchases = 0 then 'cold_lead'
            when (asked.day - asked.last_on) * rhythm.rate > p('stages.lost_gaps') then 'lost'
            when (asked.day - asked.last_on) * rhythm.rate > p('stages.churned_gaps') then 'churned'
            when (asked.day - asked.last_on) * rhythm.rate > p('stages.at_risk_gaps') then 'at_risk'
            when asked.purchases = 1 and asked.day - asked.last_on <= p('stages.new_days') then 'new'
            when asked.purchases = 1 then 'one_time'
            when asked.purchases > 1 then 'active'
        end as stage
    from asked
    left join walked as rhythm on asked.user_no = rhythm.user_no
    inner join days as known_day on asked.known_on = known_day.day
    inner join days as contact_day on asked.day = contact_day.day
    inner join days as last_day on later(asked.day, p('window_days')) = last_day.day

),

judged as (

    select
        known.*,
        channels.reach,
        channels.cost,
        offers.discount * p('response.effect') as discount,
        least(
            p('response.ceiling'),
            p('response.effect') * channels.power * offers.persuasion * known.responsiveness
                * power(p('response.fatigue'), known.contacts_30d)
        ) * (known.is_person and known.is_there)::integer as persuaded,
        case
            when known.may_come_back and known.is_there
                then case when known.may_leave then exp(-known.hazard * known.dropout * known.days_before) else 1 end
                    * (1 - exp(-known.hazard * known.days_within))
            else 0
        end as p_not_contacted
    from known
    inner join channels on known.channel = channels.channel
    left join offers on known.offer = offers.offer and known.stage = offers.stage

)

select
    *,
    1 - (1 - p_not_contacted) * (1 - p('response.carried_out') * reach * coalesce(persuaded, 0)) as p_contacted,
    p('response.carried_out') * reach * coalesce(persuaded, 0) as p_extra,
    -- whoever was reached has the offer, also for an order that would have come anyway
    p('response.carried_out') * reach * (1 - (1 - p_not_contacted) * (1 - coalesce(persuaded, 0))) as p_offer_used,
    least(p('opt_out.ceiling'), p('opt_out.base') * (1 + p('opt_out.growth') * contacts_30d)) as p_opt_out
from judged;

create temp table calls as from true_response();

-- The same in money, which is what World.true_response gives.
create temp macro priced_response() as table
with priced as (

    select
        response.*,
        (p('line_shares')[1] + 2 * p('line_shares')[2] + 3 * p('line_shares')[3])
            * (1 + 1 / (exp(1 / response.appetite) - 1)) as units,
        shelf.mean_price,
        shelf.mean_cost,
        p('orders.coupon.share') * p('orders.coupon.discount') as usual_discount
    from true_response() as response
    left join shelf on baby_months(response.day, response.baby_on) = shelf.baby_months

)

select
    user_id,
    user_no,
    day,
    stage,
    channel,
    offer,
    p_not_contacted,
    p_contacted,
    p_contacted - p_not_contacted as lift,
    units * mean_price * (1 - usual_discount) as order_value,
    units * mean_cost as order_cost,
    discount,
    cost * p('response.carried_out') as contact_cost,
    -- one more order, if it comes; the first order, if any comes, at the offer's price where the contact was carried out
    p_extra * units * (mean_price * (1 - usual_discount) - mean_cost)
        - case when discount > 0 then p_offer_used * units * mean_price * (discount - usual_discount) else 0 end
        - cost * p('response.carried_out') as incremental_profit
from priced;

-- What the contacts of temp table calls (asked, with the truth and who is a ghost) come to.
create temp macro answers() as table
with drawn as (

    select
        *,
        not is_ghost and draw('carried out', user_no, nth(day)) < p('response.carried_out') as is_carried_out,
        draw('reached', user_no, nth(day)) < reach as is_reached,
        draw('persuaded', user_no, nth(day)) < coalesce(persuaded, 0) as is_persuaded,
        draw('objects', user_no, nth(day)) < p_opt_out as is_objecting,
        draw('objects how', user_no, nth(day)) as how,
        draw('says', user_no, nth(day)) as says
    from calls

)

select
    * exclude (is_persuaded, is_objecting),
    is_carried_out and is_reached and is_persuaded as is_persuaded,
    is_carried_out and is_objecting as is_objecting,
    later(day, 1 + floor(p('window_days') * power(draw('order after', user_no, nth(day)), 2))) as order_on,
    is_carried_out and is_reached and channel = 'friend_request'
        and draw('befriends', user_no, nth(day)) < p('friendship.acceptance') as is_new_friend,
    is_carried_out and is_reached and group_id is not null
        and draw('joins', user_no, nth(day)) < p('invitation.acceptance') as is_joining,
    later(day, 1 + dice('joins after', 3, user_no, nth(day))) as joins_on,
    case
        when how < p('opt_out.said_share') then null
        when how < p('opt_out.said_share') + (1 - p('opt_out.said_share')) * p('opt_out.complaint_share') then 'complaint'
        else 'opt_out'
    end as objection,
    case
        when is_objecting and how < p('opt_out.said_share') then 'do_not_contact'
        when not is_reached then 'no_answer'
        when is_persuaded and says < p('response.said_bought') then 'bought'
        when not is_persuaded and says < p('response.said_refused') then 'refused'
        else 'reached'
    end as result
from drawn;

create temp table answered as from answers();

-- the contacts feed, out of temp table answered
create temp macro contact_rows() as table
select
    contact_id,
    user_id,
    in_hours(day, 9, 20, 'contacted', user_no) as contacted_at,
    channel,
    purpose,
    campaign,
    account_id,
    operator_id,
    result,
    cost::decimal(8, 2) as cost
from answered
where is_carried_out
order by contact_id, user_id;

-- The shop's own outreach: whom it calls between two days, whatever else is known of them.
create temp macro house_calls(first_day, last_day) as table
with chosen as (

    select
        rhythm.user_no,
        rhythm.ends_at,
        date '2000-01-01' + (month_no * 30 + dice('outreach day', 30, rhythm.user_no, month_no))::integer as day
    from walked as rhythm
    cross join (select unnest(range(nth(first_day) // 30, nth(last_day) // 30 + 1)) as month_no) as months
    where draw('outreach', rhythm.user_no, month_no) < p('outreach.share')

)

select
    'H' || lpad(user_no::varchar, 8, '0') || '-' || nth(day) as contact_id,
    user_no,
    user_id(user_no) as user_id,
    day,
    case when is_friend(user_no) then 'wecom' when has_phone(user_no) then 'phone' else 'sms' end as channel,
    'none' as offer,
    'recall' as purpose,
    'house' as campaign,
    account_id(account_no(user_no)) as account_id,
    operator_id(operator_no(account_no(user_no))) as operator_id,
    false as is_ghost,
    null::varchar as group_id,
    null::varchar as group_name,
    null::varchar as group_operator_id,
    ends_at
from chosen
where day between first_day and last_day;
