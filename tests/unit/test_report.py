"""report.html: what its section on the company computes and shows."""

import re
from datetime import date
from decimal import Decimal

import pytest
from muster.report.kpis import bars, last_months
from muster.report.lifecycle import curves
from muster.report.pages import render
from support.shops import Shop


def test_the_last_months_cross_years():
    assert last_months(date(2024, 2, 29), 3) == [date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1)]
    assert last_months(date(2024, 12, 31), 1) == [date(2024, 12, 1)]
    assert len(last_months(date(2024, 1, 1))) == 13


def test_bars_stand_on_the_zero_line_and_hang_from_it():
    """170 high for 100 down to -70: one unit each, zero 100 below the top at 24."""
    picture = bars([Decimal(100), Decimal(-70), Decimal(0)])
    assert picture["zero"] == 124
    assert [(bar["y"], bar["height"]) for bar in picture["bars"]] == [(24, 100), (124, 70), (124, 0)]
    assert [bar["middle"] for bar in picture["bars"]] == [38, 114, 190]


@pytest.mark.parametrize("values", [[], [Decimal(0)], [Decimal(-5)]])
def test_bars_of_nothing_and_of_losses_only_have_a_place(values: list[Decimal]):
    picture = bars(values)
    assert all(0 <= bar["y"] <= bar["y"] + bar["height"] <= picture["height"] for bar in picture["bars"])


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (1000, "1k"), (748_957, "749k"), (-53_756, "-53.8k"), (1_461_756, "1.46M"), (10**9, "1G")],
)
def test_short_numbers(value: int, text: str):
    (shown,) = {row for row in re.findall(r'y="17.0">([^<]*)</text>', _section(value)) if row} or {""}
    assert shown == text


def _section(value: int) -> str:
    month = {
        "month": date(2024, 1, 1), "gmv_net": Decimal(value), "orders": 1, "purchases": 1, "new_buyers": 1,
        "refunds": Decimal(0), "anonymous_share": None,
    }  # fmt: skip
    picture = bars([Decimal(1)])
    shown = {"months": [month], "picture": picture, "funnel": [], "channels": [], "cohorts": [], "ages": range(1, 13)}
    return render("kpis.html", kpis=shown, candidate={"currency": "GBP"})


def test_the_page_shows_months_without_orders_and_stays_whole_in_itself(shop: Shop):
    """Orders in October and in January only: November and December stand there with nothing."""
    shop.mapping()
    shop.csv("users/1.csv", [{"user_id": "a", "channel": "<b>tv</b>"}, {"user_id": "b", "channel": "web"}])
    shop.csv(
        "orders/1.csv",
        [
            {"order_id": "1", "user_id": "a", "ordered_at": "2023-10-31", "amount": "1200"},
            {"order_id": "2", "user_id": "a", "ordered_at": "2024-01-10", "amount": "30"},
        ],
    )
    page = (shop.night("2024-01-10").folder / "report.html").read_text(encoding="utf-8")
    svg = page[page.index("<svg") : page.index("</svg>")]
    assert re.findall(r"<title>(.*?)</title>", svg) == ["2023-10: 1,200", "2023-11: 0", "2023-12: 0", "2024-01: 30"]
    assert "&lt;b&gt;tv&lt;/b&gt;" in page
    assert "<b>tv" not in page
    assert "Retained <small>留存</small>" in page
    rates = re.findall(r"<span>(\d+%)</span>", page)
    assert rates == ["0%", "0%", "100%"], "October's buyer came back in the third month"
    assert not re.search(r"https?://|<script|@import", page)


def test_curves_go_down_in_steps_to_the_prior():
    """220 high from 14 on: full at 14, half at 124; 900 wide from 56 on: day 10 of 20 in the middle, at 506."""
    points = [
        {"bucket": 1, "day": 10, "survival": Decimal("0.5"), "is_prior": True},
        {"bucket": 1, "day": 20, "survival": Decimal("0.25"), "is_prior": False},
        {"bucket": 3, "day": 5, "survival": Decimal(0), "is_prior": False},
    ]
    lines = curves(points)["lines"]
    assert lines[1] == {
        "path": "M56.0 14.0H506.0V124.0H956.0V179.0",
        "end": {"x": 956.0, "y": 179.0},
        "prior": {"day": 10, "x": 506.0, "y": 124.0},
    }
    assert lines[3]["path"] == "M56.0 14.0H281.0V234.0"
    assert lines[3]["prior"] is None
    assert curves([]) is None


def test_the_page_shows_where_the_samples_customers_stand(sample: Shop):
    page = (sample.settings.current / "report.html").read_text(encoding="utf-8")
    section = page[page.index("<h2>Lifecycle") : page.index("<h2>Whom to contact")]
    assert re.search(r"Repeat <small>复购客</small></td><td class=\"num\">1,022<", section)
    assert "of those in the stage on 2011-09-10" in section
    assert section.count("<circle") == 3
    assert [int(day) for day in re.findall(r'<td class="num">(\d+)</td></tr>', section)] == [285, 158, 86]
