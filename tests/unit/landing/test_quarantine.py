"""Rows that cannot count: why, where they are, where their text is, and when there are too many of them."""

from decimal import Decimal

import duckdb
import pytest
from muster.policy import Policy

from landing.zone import POLICY, Zone, order

HEADER = "order_id,user_id,ordered_at,amount"


def reasons(zone: Zone, feed: str = "orders") -> list[tuple]:
    return [row for row in zone.staged("_row, _reason, _reason_column", feed) if row[1]]


def with_bad(zone: Zone, bad: int, of: int, **wrong: str) -> None:
    zone.csv("orders/a.csv", [order(n, **(wrong if n <= bad else {})) for n in range(1, of + 1)])


@pytest.mark.parametrize(
    ("wrong", "reason", "column"),
    [
        ({"order_id": ""}, "missing_value", "order_id"),
        ({"order_id": " "}, "missing_value", "order_id"),
        ({"ordered_at": ""}, "missing_value", "ordered_at"),
        ({"ordered_at": "31/12/2024"}, "unparseable_value", "ordered_at"),
        ({"amount": ""}, "missing_value", "amount"),
        ({"amount": "1,50"}, "unparseable_value", "amount"),
        ({"status": "shipped"}, "unknown_status", "status"),
        ({"updated_at": "later"}, "unparseable_value", "updated_at"),
    ],
)
def test_reasons_of_an_order(zone: Zone, wrong: dict, reason: str, column: str) -> None:
    zone.csv("orders/a.csv", [order(1), order(2) | wrong, order(3)])
    taken = zone.take()
    assert reasons(zone) == [(2, reason, column)]
    assert [(file.rows, file.quarantined) for file in taken.entry.taken] == [(3, 1)]


@pytest.mark.parametrize("fine", [{"user_id": ""}, {"status": ""}, {"status": " Refund "}, {"amount": "-5"},
                                  {"amount": "0"}, {"coupon": "", "currency": ""}])  # fmt: skip
def test_what_is_no_fault(zone: Zone, fine: dict) -> None:
    zone.csv("orders/a.csv", [order(1) | fine])
    zone.take()
    assert reasons(zone) == []


def test_blank_status_is_completed_and_blank_user_is_anonymous(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1, status="", user_id="")])
    zone.take()
    assert zone.staged("status, user_id") == [("completed", None)]


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        ({"quantity": "2", "unit_price": "3"}, None, None),
        ({"line_amount": "6"}, None, None),
        ({"quantity": "-2", "unit_price": "3"}, None, None),
        ({"quantity": "0", "unit_price": "3"}, None, None),
        ({"quantity": "2"}, "missing_value", "line_amount"),
        ({}, "missing_value", "line_amount"),
        ({"line_amount": "six", "quantity": "2", "unit_price": "3"}, "unparseable_value", "line_amount"),
    ],
)
def test_a_line_needs_an_amount_or_quantity_and_price(
    zone: Zone, line: dict, reason: str | None, column: str | None
) -> None:
    """line_amount wins where both are there; a quantity of zero or less is no error."""
    row = {"order_id": "o", "user_id": "u", "ordered_at": "2024-01-01"}
    names = {"quantity": "", "unit_price": "", "line_amount": ""}
    zone.csv("order_lines/a.csv", [row | names | {"line_amount": "1"}, row | names | line])
    zone.take()
    assert reasons(zone, "order_lines") == ([(2, reason, column)] if reason else [])


@pytest.mark.parametrize(
    ("feed", "good", "bad", "reason"),
    [
        ("community_events", "e1,u,join,2024-01-01", "e2,u,dance,2024-01-01", ("unknown_value", "event_type")),
        ("community_events", "e1,u,join,2024-01-01", "e2,,join,2024-01-01", ("missing_value", "user_id")),
        ("suppressions", "e1,u,opt_out,2024-01-01", ",u,opt_out,2024-01-01", ("missing_value", "user_id")),
        ("suppressions", "e1,u,opt_out,2024-01-01", "e1,u,graylist,2024-01-01", ("unknown_value", "kind")),
    ],
)
def test_reasons_of_other_feeds(zone: Zone, feed: str, good: str, bad: str, reason: tuple[str, str]) -> None:
    header = {
        "community_events": "event_id,user_id,event_type,occurred_at",
        "suppressions": "user_id,reason,kind,since",
    }
    zone.csv("orders/a.csv", [order(1)])
    zone.write(f"{feed}/a.csv", f"{header[feed]}\n{good}\n{bad}\n")
    zone.take()
    assert reasons(zone, feed) == [(2, *reason)]


def test_a_row_has_the_number_that_it_has_in_its_file(zone: Zone) -> None:
    """Rows that cannot be split are counted too, and no two rows of a file have one number."""
    zone.write("orders/a.csv", f"{HEADER}\n"
               'o1,u,2024-01-01,1\no2,u,2024-01-01\no3,u,2024-01-01,3,x\no4,u,bad,4\n"o5\n",u,2024-01-01,5\n'
               "o6\no7,u,bad,7\no8,u,2024-01-01,8\n")  # fmt: skip
    zone.csv("orders/b.csv", [order(1), order(2, ordered_at="bad")])
    zone.take()
    assert zone.staged("_file, _row, order_id, _reason") == [
        ("orders/a.csv", 1, "o1", None),
        ("orders/a.csv", 2, None, "unreadable_row"),
        ("orders/a.csv", 3, None, "unreadable_row"),
        ("orders/a.csv", 4, "o4", "unparseable_value"),
        ("orders/a.csv", 5, "o5", None),
        ("orders/a.csv", 6, None, "unreadable_row"),
        ("orders/a.csv", 7, "o7", "unparseable_value"),
        ("orders/a.csv", 8, "o8", None),
        ("orders/b.csv", 1, "o1", None),
        ("orders/b.csv", 2, "o2", "unparseable_value"),
    ]


def test_every_bad_rows_own_text_is_kept_for_the_owner(zone: Zone) -> None:
    zone.write("orders/a.csv", f"{HEADER}\no1,u,2024-01-01\no2,u,bad,2\no3,u,2024-01-01,3\n")
    zone.write(
        "orders/b.jsonl", '{"order_id": "o4"\n[5]\n{"order_id": "o6", "user_id": 1, "ordered_at": "bad", "amount": 1}\n'
    )
    zone.parquet("orders/c.parquet", "select 'o7' as order_id, 'u' as user_id, 'bad' as ordered_at, 1 as amount")
    zone.take()
    (vault,) = (zone.private / "quarantine").glob("*.parquet")
    with duckdb.connect() as connection:
        kept = connection.execute("select file, row, text from read_parquet(?) order by 1, 2", [str(vault)]).fetchall()
    assert [(file, row) for file, row, _ in kept] == [row[:2] for row in zone.staged("_file, _row, _reason") if row[2]]
    texts = [text for *_, text in kept]
    assert texts[0] == "o1,u,2024-01-01"
    assert '"o2"' in texts[1] and '"bad"' in texts[1]
    assert texts[2:4] == ['{"order_id": "o4"', "[5]"]
    assert texts[4] == '{"order_id": "o6", "user_id": 1, "ordered_at": "bad", "amount": 1}'
    assert '"o7"' in texts[5]


def test_a_quotation_mark_that_swallows_the_rest_of_a_file_stops_the_night(zone: Zone) -> None:
    rows = [f"o{n},u,2024-01-01,1" for n in range(1, 201)]
    rows[49] = 'o50,"u,2024-01-01,1'
    zone.write("orders/a.csv", "\n".join([HEADER, *rows]) + "\n")
    said = zone.refused()
    assert "orders/a.csv: a quotation mark in row 50 is not closed in its place and swallows 150 line(s)" in said


def test_a_misplaced_quotation_mark_costs_its_own_row_only(zone: Zone) -> None:
    zone.write("orders/a.csv", f'{HEADER}\no1,u,2024-01-01,1\n"o2"x,u,2024-01-01,2\no3,5" u,2024-01-01,3\n')
    zone.take()
    assert zone.staged("_row, user_id, _reason") == [(1, "u", None), (2, None, "unreadable_row"), (3, '5" u', None)]


@pytest.mark.parametrize(
    ("bad", "of", "passes"),
    [
        (5, 100, True), (6, 100, False), (10, 200, True), (11, 200, False), (100, 2000, True), (101, 2000, False),
        (50, 99, True), (98, 99, True),
    ],
)  # fmt: skip
def test_the_share_that_a_night_bears(zone: Zone, bad: int, of: int, passes: bool) -> None:
    """Exactly 5 % passes, one row more stops; below 100 rows a share says nothing."""
    with_bad(zone, bad, of, ordered_at="bad")
    if passes:
        assert zone.take().entry.taken[0].quarantined == bad
    else:
        said = zone.refused()
        assert f"orders: {bad} of {of:,} new rows" in said
        assert "more than max_quarantine_share 5 %" in said
        assert f"orders/a.csv: {bad} row(s) unparseable_value, column ordered_at" in said


def test_the_share_is_of_the_nights_new_rows_over_all_files_of_the_feed(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(n) for n in range(900)])
    zone.csv("users/u.csv", [{"user_id": f"u{n}"} for n in range(900)])
    zone.commit()
    zone.csv("orders/b.csv", [order(1000 + n) for n in range(60)])
    zone.csv("orders/c.csv", [order(2000 + n, amount="x") for n in range(6)])
    zone.csv("orders/d.csv", [order(3000 + n, status="lost") for n in range(34)])
    said = zone.refused()
    assert "orders: 40 of 100 new rows (40%) cannot be used" in said
    assert said.index("orders/d.csv: 34 row(s) unknown_status") < said.index("orders/c.csv: 6 row(s)")


def test_rows_that_cannot_be_split_count_in_the_share(zone: Zone) -> None:
    good = "".join(f"o{n},u,2024-01-01,1\n" for n in range(94))
    zone.write("orders/a.csv", HEADER + "\n" + good + "o,u\n" * 6)
    assert "orders: 6 of 100 new rows" in zone.refused()


@pytest.mark.parametrize(
    ("share", "bad", "passes"),
    [("0", 0, True), ("0", 1, False), ("100", 199, True), ("0.5", 1, True), ("0.5", 2, False)],
)
def test_the_share_is_policy(zone: Zone, share: str, bad: int, passes: bool) -> None:
    zone.policy = Policy({**POLICY.values, "max_quarantine_share": Decimal(share)})
    with_bad(zone, bad, 200, amount="x")
    if passes:
        zone.take()
    else:
        assert f"max_quarantine_share {share} %" in zone.refused()


def test_a_feed_of_bad_rows_only_stops_even_when_it_is_small(zone: Zone) -> None:
    with_bad(zone, 3, 3, amount="x")
    said = zone.refused()
    assert "orders: the feed is empty: 1 file(s) (orders/a.csv) with 3 row(s), 3 of them quarantined" in said


def test_an_empty_file_beside_a_full_one_is_no_empty_feed(zone: Zone) -> None:
    zone.write("orders/a.csv", HEADER + "\n")
    zone.csv("orders/b.csv", [order(1)])
    assert [file.rows for file in zone.take().entry.taken] == [0, 1]


def test_users_alone_are_a_cold_start_but_none_at_all_is_nothing(zone: Zone) -> None:
    zone.write("users/a.csv", "user_id\n")
    assert "users: the feed is empty" in zone.refused()
    zone.write("users/b.csv", "user_id\nu1\n")
    assert zone.take().state.files.keys() == {("users", "users/a.csv"), ("users", "users/b.csv")}
