-- Purchases, and the order lines that they leave in the landing zone.

create temp macro gap(user_no, purchase_no, rate) as
    ceil(exponential('gap', user_no, purchase_no) / rate * p('ticks_a_day'))::bigint;

create temp view walked as from rhythm;
create temp view walkers as from rhythm;
create temp table purchases (user_no bigint, number integer, day date);
create temp table offers_due (user_no bigint, offer varchar, discount double, from_on date);

create temp macro baby_months(day, baby_on) as greatest(-10, least(72, (day - baby_on) // 30))::integer;

-- Purchases of view walkers up to a tick, and after each person's last one the next that is due later, unless
-- the person leaves for good before it.
create temp macro steps(upto) as table
with recursive walk as (

    select user_no, purchase_no, next_at as happens_at, rate, dropout, ends_at
    from walkers

    union all

    select
        user_no,
        purchase_no + 1,
        happens_at + gap(user_no, purchase_no + 1, rate),
        rate,
        dropout,
        ends_at
    from walk
    where happens_at <= least(upto, ends_at) and draw('stays', user_no, purchase_no) >= dropout

)

select
    user_no,
    purchase_no,
    happens_at,
    happens_at <= least(upto, ends_at) as has_happened
from walk;

-- one row per order of temp table purchases (user_no, number, day), with all that will become of it
create temp macro headers() as table
with numbered as (

    select
        purchases.user_no,
        purchases.day,
        rhythm.baby_on,
        rhythm.appetite,
        purchases.user_no * 10000 + purchases.number as order_no
    from purchases
    inner join walked as rhythm on purchases.user_no = rhythm.user_no

),

accounts as (

    select person_no, min(user_no) as user_no, min(registered_on) as registered_on
    from second_accounts
    group by person_no

),

firsts as (

    select
        numbered.*,
        row_number() over (partition by user_no order by order_no) = 1 as is_first
    from numbered

),

placed as (

    select
        firsts.*,
        accounts.user_no as second_user_no,
        accounts.registered_on < firsts.day
            and draw('from second', order_no) < p('people.second_account_orders') as is_from_second,
        offers.offer,
        offers.discount as offer_discount,
        draw('lines', order_no) as line_draw,
        later(
            firsts.day,
            case
                when draw('late', order_no) < p('orders.late.share')
                    then 1 + dice('late by', p('orders.late.days'), order_no)
                else 0
            end
        ) as lands_on,
        draw('refund', order_no) < p('orders.refunded.share') as is_refunded,
        draw('full refund', order_no) < p('orders.refunded.full_share') as is_full_refund
    from firsts
    left join accounts on firsts.user_no = accounts.person_no
    left join offers_due as offers
        on firsts.user_no = offers.user_no and firsts.is_first and firsts.day > offers.from_on

)

select
    order_no,
    user_id(case when is_from_second then second_user_no else user_no end) as user_id,
    in_hours(day, 8, 23, 'ordered', order_no) as ordered_at,
    baby_months(day, baby_on) as baby_months,
    appetite,
    case
        when offer is not null then upper(offer)
        when draw('coupon', order_no) < p('orders.coupon.share') then p('orders.coupon.code')
    end as coupon,
    case
        when offer is not null then offer_discount
        when draw('coupon', order_no) < p('orders.coupon.share') then p('orders.coupon.discount')
        else 0
    end as discount,
    case when line_draw < p('line_shares')[1] then 1 when line_draw < p('line_shares')[1] + p('line_shares')[2] then 2
        else 3 end as lines,
    lands_on,
    case
        when not is_refunded and draw('corrected', order_no) < p('orders.corrected.share')
            then later(lands_on, 1 + dice('corrected after', p('orders.corrected.days'), order_no))
    end as corrected_on,
    case
        when is_refunded and (is_full_refund or line_draw >= p('line_shares')[1])
            then later(lands_on, 1 + dice('refunded after', p('orders.refunded.days'), order_no))
    end as refunded_on,
    is_full_refund
from placed;

create temp view headers_due as from open_orders;

-- the order_lines feed: the rows of table `headers_due` that arrive after the day `after`, up to the day `upto`
create temp macro line_rows(after, upto) as table
with documents as (

    select
        'O' || order_no as order_id,
        'completed' as status,
        null::varchar as refund_of_order_id,
        corrected_on is not null and corrected_on <= upto as is_corrected,
        1 as first_line,
        *
    from headers_due
    where (lands_on > after and lands_on <= upto) or (corrected_on > after and corrected_on <= upto)

    union all

    select
        'C' || order_no,
        'cancelled',
        null,
        false,
        1,
        * replace (ordered_at - interval 10 minutes as ordered_at)
    from headers_due
    where lands_on > after and lands_on <= upto and draw('cancelled', order_no) < p('orders.cancelled_share')

    union all

    select
        'R' || order_no,
        'refund',
        'O' || order_no,
        false,
        case when is_full_refund then 1 else lines end,
        * replace (in_hours(refunded_on, 9, 20, 'refunded', order_no) as ordered_at)
    from headers_due
    where refunded_on > after and refunded_on <= upto

),

lines as (

    select
        *,
        unnest(range(first_line, lines + 1)) as line_no
    from documents

)

select
    lines.order_id,
    lines.user_id,
    lines.ordered_at,
    products.sku,
    products.product_name,
    products.category,
    1 + floor(exponential('quantity', lines.order_no, line_no) * lines.appetite)::integer
        + (lines.is_corrected and line_no = 1)::integer as quantity,
    round(products.list_price * (1 - lines.discount)::decimal(4, 2), 2)::decimal(10, 2) as unit_price,
    products.list_price,
    products.unit_cost,
    lines.coupon,
    lines.status,
    lines.refund_of_order_id
from lines
inner join product_buckets as products
    on lines.baby_months = products.baby_months and bucket('product', lines.order_no, line_no) = products.bucket
order by lines.ordered_at, lines.order_id, line_no;
