"""A night is a function of its inputs: again, in pieces, or with the future already landed, it gives the same."""

import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from support.compare import assert_equal_marts
from support.shops import Shop

AS_OF = "2011-12-09"
LINES = "order_lines/online_retail.parquet"


def test_the_same_night_twice(shop: Shop, sample: Shop):
    """Once more over the same lake, of which nothing is read again."""
    first = sample.settings.current.resolve()
    again = Shop(sample.landing, shop.home)
    shutil.copytree(sample.home, again.home, symlinks=True)
    second = again.night(AS_OF)
    assert_equal_marts(first / "muster.duckdb", second.folder / "muster.duckdb")
    files = (path.relative_to(first / "exports").as_posix() for path in (first / "exports").rglob("*.*"))
    names = sorted(name for name in files if not name.endswith(".parquet"))
    assert {"segments.csv", "recall_list.csv"} <= set(names)
    for name in names:
        assert (first / "exports" / name).read_bytes() == (second.folder / "exports" / name).read_bytes()


@pytest.fixture
def monthly(shop: Shop, sample: Shop) -> Shop:
    """The sample's lines as one file a month, each with the last five days' orders of the month before again."""
    shop.landing.mkdir()
    (shop.landing / "mapping.yml").write_text((sample.landing / "mapping.yml").read_text())
    lines = f"'{sample.landing / LINES}'"
    starts = [date(2010, 12, 1), *(date(2011, month, 1) for month in range(1, 13)), date(2012, 1, 1)]
    for start, end in pairwise(starts):
        shop.parquet(
            f"order_lines/{start:%Y-%m}.parquet",
            f"""select * from {lines} where InvoiceNo in (
                    select InvoiceNo from {lines} group by InvoiceNo
                    having min(InvoiceDate) >= date '{start}' - 5 and min(InvoiceDate) < date '{end}')""",
        )
    return shop


def test_one_file_or_monthly_files_with_overlaps(monthly: Shop, sample: Shop):
    monthly.night(AS_OF)
    assert_equal_marts(sample.settings.current / "muster.duckdb", monthly.settings.current / "muster.duckdb")
    repeated = monthly.rows("select count(*) from marts.customers")
    assert repeated == [(4372,)]


def test_what_lies_in_the_future_changes_nothing_and_an_older_night_moves_nothing(shop: Shop):
    shop.mapping()
    shop.csv("orders/1.csv", [_order("o1", "u1", "2026-01-05", "10"), _order("o2", "u2", "2026-01-06", "20")])
    shop.csv("users/1.csv", [_user("u1", "2026-01-01", "Leeds", ""), _user("u3", "2026-01-02", "York", "")])
    before = shop.night("2026-01-06")
    later = [_order("o1", "u1", "2026-01-09", "99"), _order("o3", "u2", "2026-01-08", "7")]
    shop.csv("orders/2.csv", later)
    shop.csv("users/2.csv", [_user("u1", "2026-01-01", "Bath", "2026-01-08"), _user("u4", "2026-01-09", "Hull", "")])
    newer = shop.night("2026-01-09")
    assert newer.manifest()["previous_release"] == before.name
    again = shop.night("2026-01-06")
    assert again.manifest()["previous_release"] is None
    # a purchase that has landed takes a person off the list, whatever its date
    off_the_list = frozenset({("marts", "recall_candidates")})
    assert_equal_marts(before.folder / "muster.duckdb", again.folder / "muster.duckdb", off_the_list)
    assert shop.settings.current.resolve() == newer.folder
    # The newer night sees it all: o1 was replaced as a whole, u1 moved, u4 exists.
    assert shop.rows("select user_id, city, lifetime_monetary from marts.customers order by user_id") == [
        ("u1", "Bath", 99), ("u2", None, 27), ("u3", "York", 0), ("u4", "Hull", 0),
    ]  # fmt: skip


def test_past_nights_in_order_give_the_history_of_the_nights_as_they_were(shop: Shop, tmp_path: Path):
    """Four nights over a month's end: one home runs each as its file arrives, the other all of them afterwards."""
    nights = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"]
    shop.mapping()
    shop.csv("users/0.csv", [_user("lead", "2024-01-01", "Leeds", ""), _user("gone", "2023-01-01", "York", "")])
    shop.csv("orders/0.csv", [_order("g", "gone", "2023-09-01", "9"), _order("e", "early", "2024-01-01", "5")])
    for number, day in enumerate(nights):
        buyers = [f"u{n}" for n in range(number + 1)] + ["gone"] * (number == 2)
        shop.csv(f"orders/{day}.csv", [_order(f"{user}-{day}", user, day, "10") for user in buyers])
        shop.night(day)
    later = Shop(shop.landing, tmp_path / "later")
    for day in nights:
        later.night(day)
    assert_equal_marts(shop.settings.current / "muster.duckdb", later.settings.current / "muster.duckdb")
    history = shop.rows(
        """select valid_from::varchar, valid_to::varchar, stage from marts.segment_history
           where user_id = 'gone' order by valid_from"""
    )
    assert history == [("2024-01-30", "2024-02-01", "churned"), ("2024-02-01", None, "reactivated")]
    assert shop.rows(
        "select stage_since::varchar, previous_stage from marts.customer_lifecycle where user_id = 'lead'"
    ) == [("2024-02-01", "lead")]


def _order(order_id: str, user_id: str, day: str, amount: str) -> dict:
    return {"order_id": order_id, "user_id": user_id, "ordered_at": day, "amount": amount}


def _user(user_id: str, registered: str, city: str, updated: str) -> dict:
    return {"user_id": user_id, "registered_at": registered, "city": city, "updated_at": updated}
