"""Workbooks as a landing kind: which sheet is read, which rows are contacts, and when they happened."""

from datetime import datetime
from pathlib import Path

import pytest
from muster.landing import settle
from muster.landing.check import check
from muster.landing.workbook import HEADINGS, bilingual
from support.sheets import Cell, write_workbook

from landing.zone import Zone, order

COLUMNS = ("contact_id", "user_id", "planned_date", "contacted_at", "channel", "account_id", "result")
HEADER = [bilingual(*HEADINGS[column]) for column in COLUMNS]


def row(number: int, result: Cell, contacted_at: Cell = None, planned: Cell = "2024-01-05") -> list[Cell]:
    return [f"s{number}", f"00{number}", planned, contacted_at, "phone", "a1", result]


def contacts(zone: Zone, columns: str = "contact_id, contacted_at::varchar, result") -> list[tuple]:
    zone.csv("orders/a.csv", [order(1)])
    zone.take()
    return zone.staged(columns, "contacts")


def book(zone: Zone, sheets: dict[str, list[list[Cell]]], name: str = "contacts/a.xlsx", **options: object) -> Path:
    return write_workbook(zone.landing / name, sheets, **options)


@pytest.mark.parametrize(
    "header",
    [HEADER, [HEADINGS[c][0] for c in COLUMNS], [HEADINGS[c][1] for c in COLUMNS], [h.upper() + " " for h in HEADER]],
    ids=["both", "english", "chinese", "retyped"],
)
def test_an_operators_sheet_is_found_by_its_headings(zone: Zone, header: list[Cell]) -> None:
    """Whatever comes before it, in whatever order its columns stand, and with columns of the operator's own."""
    turned = [["my notes", *reversed(header)], ["call again", *reversed(row(1, "Reached 已联系上"))]]
    book(zone, {"Notes": [["hello"]], "Empty": [], "Today 今日": turned, "Week": [header, row(2, "bought")]})
    got = contacts(zone, "contact_id, user_id, contacted_at::varchar, channel, account_id, result, _row, _reason")
    assert got == [("s1", "001", "2024-01-05 00:00:00", "phone", "a1", "Reached 已联系上", 1, None)]


def test_a_row_without_a_result_is_no_contact(zone: Zone) -> None:
    """Not even a bad one: nothing has happened yet. Blank lines between count as rows all the same."""
    blank: list[Cell] = [None] * len(COLUMNS)
    rows = [row(1, None), row(2, "  "), [None, None, "2024-01-05"], blank, row(5, "bought"), blank, row(7, "refused")]
    book(zone, {"Today": [HEADER, *rows]})
    assert contacts(zone, "contact_id, _row, _reason") == [("s5", 5, None), ("s7", 7, None)]
    (file,) = (f for f in zone.last.entry.taken if f.feed == "contacts")
    assert (file.rows, file.quarantined) == (2, 0)


@pytest.mark.parametrize(
    ("filled", "expected"),
    [
        (None, "2024-01-05 00:00:00"),
        (datetime(2024, 1, 6, 14, 30), "2024-01-06 14:30:00"),  # noqa: DTZ001 - a cell has no time zone
        (45297, "2024-01-06 00:00:00"),
        (45297.99999, "2024-01-06 23:59:59"),
        (0.604166666666667, "2024-01-05 14:30:00"),
        ("14:30", "2024-01-05 14:30:00"),
        ("9：05", "2024-01-05 09:05:00"),
        ("2024/1/6 9:05", "2024-01-06 09:05:00"),
        ("2024-01-06", "2024-01-06 00:00:00"),
        ("after lunch", "2024-01-05 00:00:00"),
        (3, "2024-01-05 00:00:00"),
    ],
)
@pytest.mark.parametrize("planned", ["2024-01-05", datetime(2024, 1, 5), "2024/1/5"])  # noqa: DTZ001
def test_when_a_contact_happened(zone: Zone, filled: Cell, planned: Cell, expected: str) -> None:
    book(zone, {"Today": [HEADER, row(1, "bought", filled, planned)]})
    assert contacts(zone) == [("s1", expected, "bought")]


def test_a_sheet_with_the_feeds_own_names(zone: Zone) -> None:
    """Numbers that are ids, dates that are numbers, formulas that are text; the rows that cannot be read are kept."""
    header = ["contact_id", "user_id", "contacted_at", "channel", "cost", "result"]
    rows = [
        ["007", 12345678901234, datetime(2024, 1, 5, 10), "sms", 1.5, "=1+1"],  # noqa: DTZ001
        ["8", "u", "2024-01-05T10:00:00+08:00", "sms", "0.30", "no answer"],
        ["9", "u", "some day", "sms", None, "bought"],
        ["10", None, "some day", "sms", None, None],
    ]
    book(zone, {"About": [["contact_id", "what it is"]], "Calls": [header, *rows]})
    assert contacts(zone, "contact_id, user_id, contacted_at::varchar, cost::varchar, result, _row, _reason") == [
        ("007", "12345678901234", "2024-01-05 10:00:00", "1.5000", "=1+1", 1, None),
        ("8", "u", "2024-01-05 02:00:00", "0.3000", "no answer", 2, None),
        ("9", "u", None, None, "bought", 3, "unparseable_value"),
    ]


def test_without_a_column_for_results_every_row_happened(zone: Zone) -> None:
    book(zone, {"Calls": [["contact_id", "user_id", "contacted_at", "channel"], ["c1", "u", "2024-01-05", "sms"]]})
    assert contacts(zone) == [("c1", "2024-01-05 00:00:00", None)]


def test_a_mapping_is_for_the_shops_own_files_only(zone: Zone) -> None:
    """Also where an operator's workbook lies beside them."""
    columns = {
        "contact_id": "No", "user_id": "Who", "channel": {"value": "phone"}, "contacted_at": "When",
        "result": {"sql": "case Outcome when 'yes' then 'bought' end"},
    }  # fmt: skip
    zone.mapping({"business_timezone": "Europe/London", "feeds": {"contacts": {"columns": columns}}})
    mapped = [["No", "Who", "When", "Outcome"], ["1", "u", 45297.5, "yes"], ["2", "u", 45297.5, "perhaps"]]
    zone.csv("contacts/a.csv", [dict(zip(mapped[0], ["3", "u", "2024-01-07", "no"], strict=True))])
    book(zone, {"Legend": [["No", "meaning"]], "Calls": mapped}, "contacts/b.xlsx")
    book(zone, {"Today": [HEADER, row(1, "bought")]}, "contacts/c.xlsx")
    assert contacts(zone, "_file, contact_id, contacted_at::varchar, result") == [
        ("contacts/a.csv", "3", "2024-01-07 00:00:00", None),
        ("contacts/b.xlsx", "1", "2024-01-06 12:00:00", "bought"),
        ("contacts/c.xlsx", "s1", "2024-01-05 00:00:00", "bought"),
    ]


def test_a_workbook_that_changes_is_settled_like_any_file(zone: Zone) -> None:
    path = book(zone, {"Today": [HEADER, row(1, "bought")]})
    zone.csv("orders/a.csv", [order(1)])
    zone.commit()
    book(zone, {"Today": [HEADER, row(1, "refused"), row(2, "bought")]})
    assert "contacts/a.xlsx changed after it had been taken in" in zone.refused()
    settle.accept(zone.settings, "contacts/a.xlsx")
    zone.commit()
    assert zone.counting("contact_id, result", "contacts") == [("s1", "refused"), ("s2", "bought")]
    settle.withdraw(zone.settings, "contacts/a.xlsx")
    zone.commit()
    assert zone.counting("contact_id", "contacts") == []
    assert path.exists()


def broken(zone: Zone, content: bytes) -> str:
    zone.csv("orders/a.csv", [order(1)])
    zone.write("contacts/a.xlsx", content)
    return zone.refused()


def test_what_is_no_whole_workbook_is_named(zone: Zone) -> None:
    whole = book(zone, {"Today": [HEADER, *(row(n, "bought") for n in range(500))]}).read_bytes()
    for content in (
        whole[: len(whole) // 2],
        b"not a workbook",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99,
    ):
        said = broken(zone, content)
        assert "contacts/a.xlsx: no whole Excel workbook" in said
        assert "save it as an Excel workbook (.xlsx) once more" in said
    assert "contacts/a.xlsx: the file is empty (0 bytes)" in broken(zone, b"")


def test_a_sheet_that_is_damaged_inside_is_named(zone: Zone) -> None:
    path = book(zone, {"Today": [HEADER, row(1, "bought")]})
    damaged = path.read_bytes()
    start = damaged.index(b"xl/worksheets/sheet1.xml") + 40
    zone.csv("orders/a.csv", [order(1)])
    path.write_bytes(damaged[:start] + b"\xff" * 60 + damaged[start + 60 :])
    assert "contacts/a.xlsx: " in zone.refused()


def test_other_workbooks_that_cannot_be_read(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    book(zone, {"Today": []})
    assert "contacts/a.xlsx: no sheet has anything in it" in zone.refused()
    book(zone, {"Today": [["contact_id", "Contact_ID"], ["a", "b"]]})
    assert "the header names the column `Contact_ID` twice" in zone.refused()
    book(zone, {"Today": [["contact_id", "user_id"], ["a", "b"]]})
    assert "2 required column(s) of contacts missing: contacted_at, channel" in zone.refused()
    book(zone, {"Today": [HEADER, row(1, "bought")]}, date_1904=True)
    assert "its dates count from 1904" in zone.refused()


def test_check_knows_workbooks(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    book(zone, {"Notes": [["x"]], "Today": [HEADER, row(1, "bought"), row(2, None)]})
    said: list[str] = []
    assert check(zone.settings, said.append)
    assert "contacts: 1 file(s)" in "\n".join(said)
    assert any("1 row(s), all usable" in line for line in said)
    assert any("result" in line and "100% filled" in line for line in said)


def test_check_names_a_workbook_that_is_broken(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    zone.write("contacts/a.xlsx", b"no")
    said: list[str] = []
    assert not check(zone.settings, said.append)
    assert any("problem  contacts/a.xlsx: no whole Excel workbook" in line for line in said)


def test_check_takes_a_stray_sheet_of_contacts_for_one(zone: Zone) -> None:
    """In a landing zone that has nothing else, by the names that people give such columns."""
    rows = [["联系编号", "用户编号", "联系时间", "渠道", "联系结果"], ["1", "u", 45297, "phone", "已下单"]]
    book(zone, {"Calls": rows}, "calls.xlsx")
    said: list[str] = []
    assert not check(zone.settings, said.append)
    text = "\n".join(said)
    assert "files: 'calls.xlsx'" in text
    for line in ("contact_id: 联系编号", "contacted_at: 联系时间", "result: 联系结果"):
        assert line in text


def test_check_says_that_other_feeds_are_no_workbooks(zone: Zone) -> None:
    book(zone, {"Orders": [["order_id", "user_id", "ordered_at", "amount"], ["1", "u", 45297, 5]]}, "orders.xlsx")
    said: list[str] = []
    assert not check(zone.settings, said.append)
    assert any("orders.xlsx" in line and "save it as .csv" in line for line in said)
    assert "feeds:" not in "\n".join(said)
