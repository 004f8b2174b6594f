"""Random shops: every table as a plain reading of the contract has it, for every customer.

More of them: pytest --hypothesis-profile=thorough tests/golden/test_random_shops.py
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.compiled import CompiledShop, compile_project
from support.plain.lifecycle import SOURCES, STAGES, churn_backtest, lifecycle
from support.plain.orders import OrderRow
from support.plain.parameters import CONTRACT, Parameters
from support.plain.priors import Priors
from support.plain.rfm import GRID, TIERS, cut_points, rfm
from support.plain.shop import Landing, UserRow, read
from support.random_shops import AS_OF_DATES, feeds, largest_landing, nights, write
from support.shops import Shop

# Shipped numbers; such that a few gaps make a prior, of a channel too; every one different
SMALL = {"churn_prior_min_gaps": 6, "churn_prior_min_at_risk": 3}
TINY = {"churn_prior_min_gaps": 1, "churn_prior_min_at_risk": 1}
OTHER = {
    "rfm_window_days": 100, "churn_default_days": 20, "churn_prior_min_gaps": 4, "churn_prior_min_at_risk": 4,
    "churn_return_percent": 75, "churn_own_gap_percent": 50, "churn_min_own_gaps": 2, "churn_prior_weight": 1,
    "churn_min_days": 5, "churn_max_days": 40, "at_risk_percent": 50, "lost_after_times": 3, "lead_days": 10,
    "new_days": 7, "reactivated_days": 14, "loyal_purchases": 3,
}  # fmt: skip
POLICIES = ({}, SMALL, SMALL, TINY, OTHER)
SURVIVAL_STEP = Fraction(1, 10**6)

ONLY_ORDER = OrderRow("9.csv", "o", "u", AS_OF_DATES[0], Decimal(10))
# One has come back after 40 days; the other is waited for as long, for both came through the app
APP_USERS = tuple(UserRow("9.csv", user, channel="app") for user in ("back", "waited_for"))
APP_ORDERS = tuple(
    OrderRow("9.csv", f"{user}{days}", user, AS_OF_DATES[0] - timedelta(days=days), Decimal(10))
    for user, days in (("back", 100), ("back", 60), ("waited_for", 60))
)
SEGMENTS = {segment for row in GRID.values() for segment in row} | {"dormant"}
either_feed = pytest.mark.parametrize("of_lines", [False, True], ids=["orders", "order_lines"])


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CompiledShop]:
    shop = CompiledShop(compile_project(tmp_path_factory.mktemp("compiled")))
    yield shop
    shop.close()


def filled(shop: CompiledShop, as_of: date, landing: Landing, policy: dict[str, int]) -> Parameters:
    shop.as_of(as_of, **policy)
    shop.fill(**feeds(landing))
    return replace(CONTRACT, **policy)


def by_user(rows: list[dict]) -> dict[str, tuple]:
    """user_id -> the other values, in the columns' order."""
    found = {row["user_id"]: tuple(value for name, value in row.items() if name != "user_id") for row in rows}
    assert len(found) == len(rows)
    return found


@either_feed
def test_rfm(compiled: CompiledShop, of_lines: bool):
    seen = Counter()

    @given(nights(of_lines), st.sampled_from(({}, {"rfm_window_days": 100})))
    @example((AS_OF_DATES[0], Landing((), (), of_lines)), {})
    @example((AS_OF_DATES[0], Landing((), (ONLY_ORDER,), of_lines)), {})
    def every_customer(night: tuple[date, Landing], policy: dict[str, int]):
        as_of, landing = night
        parameters = filled(compiled, as_of, landing, policy)
        known = read(landing, as_of)
        expected = rfm(known, parameters)
        assert by_user(compiled.build("customer_rfm")) == {
            user: (as_of, *astuple(values)) for user, values in expected.items()
        }
        assert {
            (row["as_of_date"], row["metric"], row["percentile"], row["cut_value"])
            for row in compiled.build("rfm_cut_points")
        } == {
            (as_of, metric, percentile, cut)
            for metric, cuts in cut_points(known, parameters).items()
            for percentile, cut in cuts.items()
        }
        seen.update(values.segment for values in expected.values())
        seen.update(values.value_tier for values in expected.values())
        seen.update([min(len(expected), 2)])  # nobody, one, several

    every_customer()
    assert {0, 1, 2, *TIERS} <= seen.keys()
    assert len(SEGMENTS & seen.keys()) >= 10


@either_feed
def test_lifecycle(compiled: CompiledShop, of_lines: bool):
    seen = Counter()

    @given(nights(of_lines), st.sampled_from(POLICIES))
    @example((AS_OF_DATES[0], Landing((), (), of_lines)), {})
    @example((AS_OF_DATES[0], Landing((), (ONLY_ORDER,), of_lines)), {})
    @example((AS_OF_DATES[0], Landing(APP_USERS, APP_ORDERS, of_lines)), TINY)
    def every_customer(night: tuple[date, Landing], policy: dict[str, int]):
        as_of, landing = night
        parameters = filled(compiled, as_of, landing, policy)
        expected = lifecycle(read(landing, as_of), parameters)
        found = {
            row["user_id"]: (
                row["stage"], row["purchases"], row["recency_days"], row["at_risk_after_days"],
                row["churn_after_days"], row["threshold_source"], row["previous_stage"], row["stage_since"],
            )
            for row in compiled.build("customer_lifecycle")
        }  # fmt: skip
        assert found == {user: (*astuple(standing), None, as_of) for user, standing in expected.items()}
        seen.update(standing.stage for standing in expected.values())
        seen.update(standing.threshold_source for standing in expected.values())

    every_customer()
    assert {*STAGES, *SOURCES} <= seen.keys()


@either_feed
def test_priors(compiled: CompiledShop, of_lines: bool):
    """Every pool and bucket with a completed gap: its curve, and survival to a millionth where the day is used."""
    seen = Counter()

    @given(nights(of_lines), st.sampled_from((SMALL, TINY, OTHER)))
    def every_curve(night: tuple[date, Landing], policy: dict[str, int]):
        as_of, landing = night
        parameters = filled(compiled, as_of, landing, policy)
        expected = sorted(
            (channel or pool, bucket, point.day, point.at_risk, point.returned, point.is_used, point.survival or 0)
            for ((pool, channel), bucket), curve in Priors(read(landing, as_of), parameters).curves.items()
            for point in curve
        )
        columns = ("pool", "bucket", "day", "at_risk", "returned", "used", "survival")
        found = sorted(tuple(row[column] for column in columns) for row in compiled.build("churn_priors"))
        assert [row[:-1] for row in found] == [row[:-1] for row in expected]
        for (*key, is_used, survival), (*_, exact) in zip(found, expected, strict=True):
            assert not is_used or abs(Fraction(survival) - exact) <= SURVIVAL_STEP, key
        seen.update(row[5] for row in expected)

    every_curve()
    assert seen[True] and seen[False]


@either_feed
def test_backtest(compiled: CompiledShop, of_lines: bool):
    """The stages of a run for the backtest day over the same rows, against who bought since."""
    seen = Counter()

    @given(nights(of_lines), st.sampled_from(POLICIES))
    def every_stage(night: tuple[date, Landing], policy: dict[str, int]):
        as_of, landing = night
        parameters = filled(compiled, as_of, landing, policy)
        expected = {
            stage: (returns.users, returns.returned)
            for stage, returns in churn_backtest(landing, as_of, parameters).items()
        }
        found = {row["stage"]: (row["users"], row["returned"]) for row in compiled.build_backtest()}
        assert found == expected
        seen.update(expected.keys())

    every_stage()
    assert len(set(STAGES) & seen.keys()) >= 6


@either_feed
def test_a_real_night_gives_the_same(shop: Shop, of_lines: bool):
    """From CSV files to the published mart, on a shop with many buyers and every trouble."""
    as_of = AS_OF_DATES[0]
    landing = largest_landing(as_of, of_lines)
    assert len(landing.orders) > 100 and len(landing.users) > 20
    write(shop, landing)
    shop.models(str(as_of), "+customer_rfm")
    columns = "user_id, * exclude (user_id)"
    found = {user: tuple(row) for user, *row in shop.rows(f"select {columns} from marts.customer_rfm")}
    expected = {user: (as_of, *astuple(values)) for user, values in rfm(read(landing, as_of)).items()}
    assert found == expected
