"""The plain reading that the models are compared with: small cases worked out by hand, and two real shops' figures."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from muster.policy import Policy
from muster.settings import DBT_PROJECT, SAMPLE_LANDING
from support.plain.lifecycle import Returns, Standing, churn_after, churn_backtest, lifecycle
from support.plain.numbers import percentile_disc, rounded
from support.plain.orders import OrderRow, day_nets, quarantined, read_orders
from support.plain.parameters import CONTRACT
from support.plain.priors import ALL, Point, Priors, Spell, calibration_day, return_day, survival_curve
from support.plain.rfm import cut_points, rfm
from support.plain.shop import Known, Landing, UserRow, read

D = date(2024, 3, 1)
CDNOW = Path(__file__).parents[1] / "golden" / "data" / "cdnow" / "cdnow_master.csv.gz"


def ago(days: int) -> date:
    return D - timedelta(days=days)


def order(order_id: str, days_ago: int, amount: str = "10", **values: object) -> OrderRow:
    return OrderRow(
        **{"file": "1", "user_id": "u", **values}, order_id=order_id, day=ago(days_ago), amount=Decimal(amount)
    )


def bought(user_id: str, *days_ago: int) -> list[OrderRow]:
    return [order(f"{user_id}{n}", n, user_id=user_id) for n in days_ago]


def shop(*rows: OrderRow, users: tuple[UserRow, ...] = ()) -> Known:
    return read(Landing(users, rows), D)


# --- parameters and arithmetic


def test_the_policy_ships_the_contracts_numbers():
    shipped = Policy.read(DBT_PROJECT / "seeds" / "policy").values
    read_here = {name: value for name, value in vars(CONTRACT).items() if name in shipped}
    assert "rfm_window_days" in read_here
    assert read_here == {name: shipped[name] for name in read_here}


def test_percentile_disc_takes_the_first_value_that_reaches_the_share():
    assert [percentile_disc([4, 1, 3, 2], percent) for percent in (25, 26, 50, 90, 100)] == [1, 2, 2, 4, 4]
    assert percentile_disc([7], 20) == 7


def test_halves_are_rounded_up():
    assert [rounded(5, 2), rounded(4, 3), rounded(5, 3), rounded(60 * 15, 100)] == [3, 1, 2, 9]


# --- orders and users


def test_the_greatest_path_by_bytes_replaces_an_order_and_a_later_row_does_not_exist_yet():
    rows = [
        order("o", 5, "1", file="Z"), order("o", 4, "2", file="a"), order("o", -1, "3", file="b"),
        order("p", 3, "4", updated=ago(1)), order("p", 2, "5", updated=ago(2)),
    ]  # fmt: skip
    orders = read_orders(rows, D, of_lines=False)
    assert {name: (found.day, found.bought) for name, found in orders.items()} == {
        "o": (ago(4), Decimal(2)), "p": (ago(3), Decimal(4)),
    }  # fmt: skip


def test_an_order_of_lines_is_rounded_once_half_away_from_zero():
    """2.0025 + 2.0025 = 4.005 -> 4.01; less 1.0000: 3.005 -> 3.01, so 1.00 was given back."""
    rows = [
        order("o", 5, "2.0025"), order("o", 4, "2.0025"), order("o", 5, "-1", status="refund"),
        order("o", 5, "99", status="cancelled"),
    ]  # fmt: skip
    found = read_orders(rows, D, of_lines=True)["o"]
    assert (found.day, found.bought, found.given_back) == (ago(5), Decimal("4.01"), Decimal("1.00"))


def test_refunds_lie_on_the_day_of_the_order_that_they_name():
    orders = read_orders(
        [
            order("a", 20, "10"),
            order("linked", 3, "4", status="refund", refund_of="a"),  # on day 20: 10 - 4 = 6
            order("unknown", 3, "-1", status="refund", refund_of="?"),  # a credit on its own day
            order("free", 2, "2", status="refund"),
            order("future", -1, "50"),
            order("early", 1, "3", status="refund", refund_of="future"),  # whose order is not known yet
        ],
        D,
        of_lines=False,
    )
    assert day_nets(orders)["u"] == {ago(20): 6, ago(3): -1, ago(2): -2, ago(1): -3}


def test_a_refund_of_an_order_that_does_not_count_is_quarantined_and_so_is_its_own_refund():
    orders = read_orders(
        [
            order("cancelled", 9, status="cancelled"),
            order("r1", 8, status="refund", refund_of="cancelled"),
            order("r2", 7, status="refund", refund_of="r1"),
            order("others", 6, user_id="v"),
            order("r3", 5, status="refund", refund_of="others"),
            order("nobodys", 4, user_id=None),
            order("r4", 3, status="refund", refund_of="nobodys"),
        ],
        D,
        of_lines=False,
    )
    assert quarantined(orders) == {"r1", "r2", "r3"}
    two = read_orders([order("t", 2), order("t", 2, user_id="v"), order("s", 2, user_id=None), order("s", 2)], D, True)
    assert quarantined(two) == {"t"}
    assert two["s"].user == "u"


def test_who_exists():
    users = (
        UserRow("1", "gone", deleted=D), UserRow("1", "going", deleted=ago(-1)), UserRow("1", "staff", is_staff=True),
        UserRow("1", "later", registered=ago(-1)), UserRow("1", "silent"), UserRow("1", "buys_later"),
        UserRow("1", "changed", ago(9), "old"), UserRow("2", "changed", ago(9), "new", updated=ago(-1)),
    )  # fmt: skip
    rows = [*bought("stub", 3), *bought("later", 2), *bought("buys_later", -1), *bought("staff", 4)]
    known = shop(*rows, users=users)
    assert sorted(known.customers) == ["changed", "going", "later", "silent", "stub"]
    assert known.customers["later"].is_stub  # the row that registers it is dated tomorrow
    assert known.customers["later"].first_seen == ago(2)
    assert known.customers["changed"].channel == "old"
    assert sorted(known.bought) == ["later", "stub"]


# --- RFM


def test_rfm_by_hand():
    """Window: D - 365 < date. b's 365 days are outside, a's negative day of 364 days ago is inside."""
    known = shop(*bought("a", 1, 2), *bought("b", 365), order("r", 364, "3", status="refund", user_id="a"))
    found = rfm(known)
    assert (found["a"].frequency, found["a"].monetary, found["a"].rfm_code) == (2, 17, "121")
    assert (found["b"].frequency, found["b"].monetary, found["b"].segment) == (0, 0, "dormant")
    assert (found["a"].value_tier, found["b"].value_tier) == ("middle", "base")  # 50 % cut: 10; the others: 17
    assert cut_points(known)["frequency"] == {0: 1, 25: 2, 50: 2, 75: 2}
    assert cut_points(shop(*bought("b", 365))) == {"lifetime_monetary": {50: 10, 80: 10, 95: 10}}
    assert rfm(shop()) == cut_points(shop()) == {}


# --- priors


@pytest.mark.parametrize(
    ("as_of", "day"),
    [
        (date(2024, 3, 1), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 1, 31)),
        (date(2024, 1, 9), date(2023, 12, 31)),
    ],
)
def test_calibration_day(as_of: date, day: date):
    assert calibration_day(as_of) == day


def test_survival_curve_by_hand():
    """Completed 2, 2, 4; open 3, 6. S(2) = 1 - 2/5; open 3 leaves; S(4) = 3/5 * (1 - 1/2)."""
    of_pool = [Spell(2, True), Spell(2, True), Spell(4, True), Spell(3, False), Spell(6, False)]
    two, four = Point(2, 5, 2, Fraction(3, 5)), Point(4, 2, 1, Fraction(3, 10))
    assert survival_curve(of_pool, min_at_risk=2) == [two, four]
    assert return_day([two, four], 90) == 4  # 2/5 < 9/10 * 7/10
    assert survival_curve(of_pool, min_at_risk=3) == [two, replace(four, survival=None)]
    assert return_day(survival_curve(of_pool, min_at_risk=3), 90) == 2
    assert return_day(survival_curve(of_pool, min_at_risk=6), 90) is None


def test_exactly_ninety_percent_is_enough():
    """Nine of ten return on day 5, the last on day 9: S(5) = 1/10, S(9) = 0."""
    of_pool = [Spell(5, True)] * 9 + [Spell(9, True)]
    assert return_day(survival_curve(of_pool, 1), 90) == 5
    assert return_day(survival_curve([*of_pool, Spell(9, True)], 1), 90) == 9  # 9/11


def test_a_prior_comes_from_the_channel_then_from_all_then_from_the_policy():
    """Two completed gaps are enough: channel x has two of 10 and 20 days, y only one of 40, bucket 2 has none."""
    small = replace(CONTRACT, churn_prior_min_gaps=2, churn_prior_min_at_risk=1)
    users = (UserRow("1", "a", channel="x"), UserRow("1", "b", channel="x"), UserRow("1", "c", channel="y"))
    priors = Priors(shop(*bought("a", 60, 50), *bought("b", 60, 40), *bought("c", 90, 50), users=users), small)
    assert [priors.days(channel, 1) for channel in ("x", "y", None)] == [(20, "channel"), (40, "all"), (40, "all")]
    assert priors.days("x", 2) == (90, "default")
    assert [point.day for point in priors.curves[ALL, 1]] == [10, 20, 40]
    assert priors.curves[ALL, 2] == []


def test_what_happened_after_the_calibration_day_moves_no_prior():
    """The 29th is C, the gap that ends on D is still open on it."""
    small = replace(CONTRACT, churn_prior_min_gaps=1, churn_prior_min_at_risk=1)
    assert Priors(shop(*bought("a", 31, 0)), small).days(None, 1) == (90, "default")
    assert Priors(shop(*bought("a", 31, 1)), small).days(None, 1) == (30, "all")


# --- thresholds and stages (the priors are the default 90 days throughout)


def threshold(*days_ago: int) -> tuple[int, str]:
    return churn_after([ago(n) for n in days_ago], None, Priors(shop()), CONTRACT)


def test_thresholds_by_hand():
    assert threshold(50) == threshold(90, 70, 50) == (90, "default")
    assert threshold(110, 100, 80, 50) == (60, "personal")  # gaps 10, 20, 30: (3*30 + 3*90) / 6
    assert threshold(111, 101, 81, 50) == (61, "personal")  # 10, 20, 31: (93 + 270) / 6 = 60.5
    assert threshold(*range(200, 0, -1)) == (14, "personal")  # 199 gaps of one day: (199 + 270) / 202 = 2.3
    assert threshold(3000, 2000, 1000, 0) == (365, "personal")  # (3000 + 270) / 6 = 545


@pytest.mark.parametrize(
    ("recency", "stage"),
    [(0, "new"), (30, "new"), (31, "one_time"), (54, "one_time"), (55, "at_risk"), (90, "at_risk"), (91, "churned"),
     (180, "churned"), (181, "lost")],
)  # fmt: skip
def test_stage_after_one_purchase(recency: int, stage: str):
    """churn_after 90, at_risk_after floor(54 + 0.5)."""
    assert lifecycle(shop(*bought("u", recency))) == {"u": Standing(stage, 1, recency, 54, 90, "default")}


@pytest.mark.parametrize(
    ("days_ago", "stage"),
    [
        ((121, 30), "reactivated"),  # a gap of 91 days, one purchase before: 90
        ((120, 30), "repeat"),  # 90 days are not longer
        ((122, 31), "repeat"),  # longer, but too long ago
        ((300, 290, 270, 240, 179, 30), "reactivated"),  # 149 > (4*61 + 270) / 7 = 73; now (5*149 + 270) / 8 = 126.9
        ((75, 74, 73, 72, 71, 31), "loyal"),  # 40 > (4*1 + 270) / 7 = 39, but 31 days ago
        ((73, 72, 71, 70, 30), "loyal"),  # gaps before: 1, 1, 1: (3 + 270) / 6 = 45.5 -> 46 >= 40
        ((47, 46, 45, 44, -3), "at_risk"),  # the 47 days end tomorrow or later; 44 > floor(0.6 * 46 + 0.5) = 28
        ((77, 76, 75, 74, 27), "reactivated"),  # 47 > 46
        ((20, 15, 10, 5), "repeat"),
        ((25, 20, 15, 10, 5), "loyal"),
    ],
)
def test_stage_after_several_purchases(days_ago: tuple[int, ...], stage: str):
    assert lifecycle(shop(*bought("u", *days_ago)))["u"].stage == stage


def test_stage_before_buying():
    users = (
        UserRow("1", "today", D),
        UserRow("1", "old", ago(30)),
        UserRow("1", "older", ago(31)),
        UserRow("1", "unknown"),
    )
    cancelled = order("x", 1, status="cancelled", user_id="stub")
    stages = {user: standing.stage for user, standing in lifecycle(shop(cancelled, users=users)).items()}
    assert stages == {
        "today": "lead", "old": "lead", "older": "cold_lead", "unknown": "cold_lead", "stub": "cold_lead",
    }  # fmt: skip


def test_backtest_by_hand():
    """90 days ago a, b and c were new and d did not exist; a has bought since, b on that very day, c gave it back."""
    rows = [*bought("a", 95, 89), *bought("b", 95, 90), *bought("c", 95, 5), *bought("d", 3)]
    rows.append(order("r", 1, "10", status="refund", refund_of="c5", user_id="c"))
    assert churn_backtest(Landing((), tuple(rows)), D) == {"new": Returns(2, 1), "repeat": Returns(1, 0)}


# --- two real shops (their figures were computed apart from this project)


@pytest.mark.parametrize(
    ("lines", "as_of", "priors", "sources", "stages"),
    [
        (
            f"""select InvoiceNo, CustomerID::bigint::varchar, InvoiceDate::date,
                    Quantity::decimal(18, 4) * UnitPrice::decimal(18, 4),
                    case when InvoiceNo like 'C%' then 'refund' else 'completed' end
                from '{SAMPLE_LANDING}/order_lines/online_retail.parquet'""",
            date(2011, 12, 9),
            [285, 158, 86],
            {"personal": 1405, "all": 2929, None: 38},
            {"repeat": 1022, "loyal": 823, "at_risk": 722, "one_time": 645, "churned": 616, "new": 233,
             "reactivated": 169, "lost": 104, "cold_lead": 38},
        ),
        (
            f"""select customer_id || '-' || date, customer_id, strptime(date, '%Y%m%d')::date,
                    dollar_value::decimal(18, 4), 'completed'
                from read_csv('{CDNOW}', all_varchar = true)""",
            date(1998, 6, 30),
            [310, 270, 173],
            {"personal": 5270, "all": 18232, None: 68},
            {"churned": 16422, "loyal": 2083, "at_risk": 1619, "repeat": 1525, "lost": 1411, "reactivated": 442,
             "cold_lead": 68},
        ),
    ],
    ids=["online_retail", "cdnow"],
)  # fmt: skip
def test_reference_shops(lines: str, as_of: date, priors: list[int], sources: dict, stages: dict):
    with duckdb.connect() as connection:
        rows = connection.execute(lines).fetchall()
    known = read(Landing((), tuple(OrderRow("1", *row) for row in rows), of_lines=True), as_of)
    standings = lifecycle(known).values()
    assert [Priors(known).days(None, bucket) for bucket in (1, 2, 3)] == [(days, "all") for days in priors]
    assert Counter(standing.threshold_source for standing in standings) == sources
    assert Counter(standing.stage for standing in standings) == stages
