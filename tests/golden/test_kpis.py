"""kpi_daily, funnel and retention_cohorts: a real shop by a plain query, a shop by hand, a random one read plainly."""

import random
from datetime import date, timedelta
from decimal import Decimal

import duckdb
from support import plain_kpis
from support.plain_kpis import Order, User
from support.shops import Shop

KPIS = "+path:models/marts/kpis"
# Online Retail's invoices, straight from the sample's lines: day, user and net in cents' precision.
INVOICES = """
    select
        min(InvoiceDate)::date as day,
        max(CustomerID) as customer,
        left(InvoiceNo, 1) = 'C' as is_refund,
        round(sum(Quantity::decimal(18, 4) * UnitPrice::decimal(18, 4)), 2) * 1 as total,
        case when is_refund then -abs(total) else total end as net
    from read_parquet('{lines}') group by InvoiceNo"""


def plain(sample: Shop, sql: str) -> list[tuple]:
    """The plain query's rows; it reads the landing files as `invoices` and nothing of the project."""
    invoices = INVOICES.format(lines=sample.landing / "order_lines" / "online_retail.parquet")
    return duckdb.sql(f"with invoices as ({invoices}) {sql}").fetchall()


def test_online_retail_by_month(sample: Shop):
    months = sample.rows(
        """select date_trunc('month', date)::date, sum(gmv_net), sum(gmv_anonymous), sum(orders), sum(refunds),
           sum(anonymous_orders) from marts.kpi_daily group by all order by 1"""
    )
    assert months == plain(
        sample,
        """select date_trunc('month', day)::date, sum(net), sum(net) filter (customer is null),
           count(*) filter (not is_refund), -sum(net) filter (is_refund),
           count(*) filter (not is_refund and customer is null) from invoices group by all order by 1""",
    )
    assert len(months) == 13
    assert months[0][1:3] == (Decimal("748957.02"), Decimal("194353.00"))
    known = sample.rows("select sum(gmv_net - gmv_anonymous) from marts.kpi_daily")
    assert known == sample.rows("select sum(lifetime_monetary) from marts.customers") == [(Decimal("8300065.81"),)]


def test_online_retails_first_cohort(sample: Shop):
    cohort = sample.rows(
        """select month, cohort_buyers, retained_buyers, net_revenue from marts.retention_cohorts
           where cohort = date '2010-12-01' order by month"""
    )
    expected = plain(
        sample,
        """, days as (
            select customer, day, sum(net) as net from invoices where customer is not null group by all
        ), december as (
            select customer from days where net > 0 group by customer having min(day) < date '2011-01-01'
        )
        select date_trunc('month', day)::date, (select count(*) from december),
            count(distinct customer) filter (net > 0), sum(net)
        from days where customer in (from december) group by all order by 1""",
    )
    assert cohort == expected
    assert [row[2] for row in cohort] == [883, 322, 283, 338, 320, 351, 319, 305, 313, 349, 329, 441, 234]


def test_a_shop_by_hand(shop: Shop):
    """As of 2024-04-01, London, where clocks went forward on 03-31 at 01:00Z.

    ann (web) buys in app for 100 on 01-31 at 23:30Z and gives 40 back on 03-05: 60 net on 01-31, in app. On the
    leap day she buys in shop at 09:00 for 10 and in app at 10:00 for 5: money in both, a buyer in shop.
    bob (brought by ann, deleted since) bought for 20 on 03-31 00:59:59Z = 00:59:59 and, in the hour after the
    change, on 03-30 23:59:59Z = 03-30 in London: two days. 03-31 23:30Z is 04-01 00:30 in summer time: 7.
    pay is staff: in nothing. Somebody anonymous buys for 3 on 03-31 at 22:59:59Z = 23:59:59.
    """
    shop.mapping()
    shop.csv(
        "users/1.csv",
        [
            {"user_id": "ann", "registered_at": "2024-01-01", "channel": "web"},
            {"user_id": "bob", "registered_at": "2024-01-01", "referrer_user_id": "ann", "deleted_at": "2024-04-01"},
            {"user_id": "cat", "registered_at": "2024-01-01", "channel": "web", "referrer_user_id": "ann"},
            {"user_id": "pay", "registered_at": "2024-01-01", "channel": "web", "is_staff": "yes"},
        ],
    )
    columns = ("order_id", "user_id", "ordered_at", "amount", "channel", "status", "refund_of_order_id")
    orders = [
        ("1", "ann", "2024-01-31T23:30:00Z", "100", "app", "completed", ""),
        ("2", "ann", "2024-03-05T10:00:00Z", "40", "shop", "refund", "1"),
        ("3", "ann", "2024-02-29T10:00:00Z", "5", "app", "completed", ""),
        ("4", "ann", "2024-02-29T09:00:00Z", "10", "shop", "completed", ""),
        ("5", "bob", "2024-03-31T00:59:59Z", "20", "", "completed", ""),
        ("6", "bob", "2024-03-30T23:59:59Z", "1", "", "completed", ""),
        ("7", "cat", "2024-03-31T23:30:00Z", "7", "", "completed", ""),
        ("8", "pay", "2024-03-31T10:00:00Z", "1000", "app", "completed", ""),
        ("9", "", "2024-03-31T22:59:59Z", "3", "", "completed", ""),
        ("10", "ann", "2024-03-07T10:00:00Z", "9", "shop", "cancelled", ""),
    ]
    shop.csv("orders/1.csv", [dict(zip(columns, order, strict=True)) for order in orders])
    shop.models("2024-04-01", KPIS)
    daily = shop.rows("select * exclude (as_of_date) from marts.kpi_daily order by date, channel")
    share = Decimal
    assert [(str(day), channel, *values) for day, channel, *values in daily] == [
        ("2024-01-31", "app", 60, 0, 1, 1, 1, 40, 0, 0),
        ("2024-02-29", "app", 5, 0, 1, 0, 0, 0, 0, 0),
        ("2024-02-29", "shop", 10, 0, 1, 1, 0, 0, 0, 0),
        ("2024-03-30", "unknown", 1, 0, 1, 1, 1, 0, 0, 0),
        ("2024-03-31", "unknown", 23, 3, 2, 1, 0, 0, 1, share("0.5")),
        ("2024-04-01", "web", 7, 0, 1, 1, 1, 0, 0, 0),
    ]
    # bob is gone from the customers, so the cohorts and the funnel do not know him any more
    cohorts = shop.rows("select * exclude (as_of_date) from marts.retention_cohorts order by cohort, month")
    assert [(str(cohort), str(month), *values) for cohort, month, *values in cohorts] == [
        ("2024-01-01", "2024-01-01", 0, 1, 1, 1, 60),
        ("2024-01-01", "2024-02-01", 1, 1, 1, 1, 15),
        ("2024-01-01", "2024-03-01", 2, 1, 0, 0, 0),
        ("2024-01-01", "2024-04-01", 3, 1, 0, 0, 0),
        ("2024-04-01", "2024-04-01", 0, 1, 1, 1, 7),
    ]
    assert shop.rows("select channel, step, users from marts.funnel order by step_order") == [
        ("web", "acquired", 2), ("web", "activated", 2), ("web", "retained", 1), ("web", "revenue", 2),
        ("web", "referred", 1),
    ]  # fmt: skip


AS_OF = date(2024, 3, 1)


def random_company(seed: int) -> tuple[list[Order], dict[str, User]]:
    """Users with and without channel, staff, deleted and referred ones; orders that tie in time, refunds of them."""
    chance = random.Random(seed)
    names = [f"u{n:02d}" for n in range(60)]
    users = {
        name: User(
            name,
            channel=chance.choice(("web", "app", None)),
            referrer=chance.choice((None, None, *names[:20])),
            is_staff=chance.random() < 0.1,
            is_deleted=chance.random() < 0.1,
        )
        for name in names[:50]  # the others are known from orders only
    }
    orders: list[Order] = []
    for number in range(700):
        sale = chance.choice(orders) if orders and chance.random() < 0.15 else None
        refunds = sale is not None and sale.status == "completed"
        orders.append(
            Order(
                order_id=f"o{number}",
                user_id=sale.user_id if refunds else chance.choice((*names, None, None)),
                day=AS_OF - timedelta(days=chance.choice((0, 1, 2, 30, 31, chance.randrange(400)))),
                time=chance.choice(("09:00:00", "12:00:00")),
                channel=chance.choice(("web", "app", "shop", None)),
                amount=chance.choice((0, 5, 10, 20)),
                status="refund" if refunds else "completed",
                refund_of=sale.order_id if refunds else None,
            )
        )
    return orders, users


def test_a_random_company_as_a_plain_reading_has_it(shop: Shop):
    orders, users = random_company(7)
    events = [(name, AS_OF - timedelta(days=days), kind) for name, days, kind in _events(users)]
    _write(shop.mapping(), orders, users, events)
    shop.models(str(AS_OF), KPIS)
    gone = {user.user_id for user in users.values() if user.is_staff or user.is_deleted}
    customers = ({order.user_id for order in orders if order.user_id} | users.keys()) - gone
    active = {name: {day for who, day, kind in events if who == name and kind != "leave"} for name in users}

    daily = plain_kpis.kpi_daily(orders, users)
    assert len(daily) > 80
    rows = shop.rows(
        """select date, channel, gmv_net, gmv_anonymous, orders, buyers, new_buyers, refunds, anonymous_orders
           from marts.kpi_daily"""
    )
    assert {(day, channel): values for day, channel, *values in rows} == daily

    cohorts = plain_kpis.cohorts(orders, customers, AS_OF)
    assert len(cohorts) > 50
    rows = shop.rows("select cohort, month, cohort_buyers, retained_buyers, net_revenue from marts.retention_cohorts")
    assert {(cohort, month): values for cohort, month, *values in rows} == cohorts

    funnel = plain_kpis.funnel(orders, users, customers, active)
    assert len(funnel) == 15
    rows = shop.rows("select channel, step, users from marts.funnel")
    assert {(channel, step): number for channel, step, number in rows} == funnel


def _events(users: dict[str, User]) -> list[tuple[str, int, str]]:
    """Every third user, how many days ago, and what happened; every sixth only left."""
    return [(name, n % 5, "leave" if n % 6 == 0 else "message") for n, name in enumerate(users) if n % 3 == 0]


def _write(shop: Shop, orders: list[Order], users: dict[str, User], events: list[tuple[str, date, str]]) -> None:
    shop.csv(
        "users/1.csv",
        [
            {
                "user_id": u.user_id, "registered_at": "2023-01-01", "channel": u.channel or "",
                "referrer_user_id": u.referrer or "", "is_staff": "yes" if u.is_staff else "no",
                "deleted_at": "2024-02-01" if u.is_deleted else "",
            }
            for u in users.values()
        ],
    )  # fmt: skip
    shop.csv(
        "orders/1.csv",
        [
            {
                "order_id": o.order_id, "user_id": o.user_id or "", "ordered_at": f"{o.day} {o.time}",
                "amount": str(o.amount), "channel": o.channel or "", "status": o.status,
                "refund_of_order_id": o.refund_of or "",
            }
            for o in orders
        ],
    )  # fmt: skip
    shop.csv(
        "community_events/1.csv",
        [
            {"event_id": str(n), "user_id": who, "event_type": kind, "occurred_at": f"{day} 08:00:00"}
            for n, (who, day, kind) in enumerate(events)
        ],
    )
