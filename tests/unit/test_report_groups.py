"""report.html: what its section on groups computes and shows."""

import re

import duckdb
import pytest
from muster.report.groups import groups, sizes_picture
from muster.report.pages import render
from muster.settings import DBT_PROJECT

POLICY = DBT_PROJECT / "seeds" / "policy"
MARKS = {"least": 150, "target": 200, "most": 350}
# g1 and g2 share city and channel, g3 is large and was there before, g4 is a kind that is not open any more.
MARTS = {
    "groups": """
        select * from (values
            ('g1', 'interest', 2, 'live', 180, 20, false, true, true),
            ('g2', 'interest', 2, 'filling', 0, 200, true, false, false),
            ('g3', 'interest', null, 'live', 400, 0, false, false, false),
            ('g4', 'vip', 5, 'live', 160, 0, false, false, false))
        as t (group_id, group_kind, rung, status, inside, pending, is_behind, is_unstaffed, shows_code)""",
    "group_assignments": """
        select 'interest' as group_kind, status, status as status_en, '状态' as status_zh, reason as reason_en,
            '原因' as reason_zh, missing
        from (values ('joined', 'assigned', null), ('joined', 'adopted', null), ('waiting', 'too few', 40),
            ('waiting', 'too few', 12), ('not_eligible', 'not worth', null)) as t (status, reason, missing)""",
    "group_moves": """
        select move, move as move_en, '操作' as move_zh, 'why' as reason_en, '原因' as reason_zh, is_new, is_proposal
        from (values ('invite', true, false), ('invite', false, false), ('remove', true, true))
        as t (move, is_new, is_proposal)""",
    "operator_load": """
        select * from (values ('o1', true, 2, 580, 50, 10000, 1, false), ('o2', false, 0, 0, 50, 10000, 0, false),
            ('<o3>', false, 60, 20000, 50, 10000, 0, true))
        as t (operator_id, is_active, groups, people, most_groups, most_people, given_groups, is_over_limit)""",
    "staffing_plan": """
        select 'lead' as role, 'Leads' as role_en, '群主' as role_zh, 4 as needed, 4 as needed_with_shifts,
            null as employed, null as missing, 0.00 as monthly_cost, 0.00 as monthly_cost_with_shifts
        union all select 'service', 'Service', '客服', 1, 2, 3, 0, 5000.00, 10000.00""",
}


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as connection:
        connection.execute("create schema policy; create schema marts")
        for table in POLICY.glob("*.csv"):
            connection.execute(f"create table policy.{table.stem} as from read_csv('{table}')")
        for table, select in MARTS.items():
            connection.execute(f"create table marts.{table} as {select}")
        yield connection


def test_the_ladder_holds_every_rung_of_kinds_that_are_open_or_there(connection: duckdb.DuckDBPyConnection) -> None:
    interest, vip = groups(connection)["ladder"]
    shown = [(r["rung"], r["groups"], r["inside"], r["pending"], r["showing"]) for r in interest["rungs"]]
    assert shown == [
        (1, 0, 0, 0, 0), (2, 2, 180, 220, 1), (3, 0, 0, 0, 0), (4, 0, 0, 0, 0), (5, 0, 0, 0, 0), (None, 1, 400, 0, 0),
    ]  # fmt: skip
    assert [(r["depth"], r["depth_pending"]) for r in interest["rungs"]][1::4] == [(0.45, 0.55), (1, 0)]
    assert [r["groups"] for r in vip["rungs"]] == [0, 0, 0, 0, 1]


def test_people_and_moves_are_counted_by_reason(connection: duckdb.DuckDBPyConnection) -> None:
    found = groups(connection)
    assert [(row["status_en"], row["reason_en"], row["people"], row["least"]) for row in found["people"]] == [
        ("joined", "", 2, None), ("waiting", "too few", 2, 12), ("not_eligible", "not worth", 1, None),
    ]  # fmt: skip
    moves = [(row["move_en"], row["is_proposal"], row["people"], row["decided_now"]) for row in found["moves"]]
    assert moves == [("remove", True, 1, 1), ("invite", False, 2, 1)]
    assert [row["operator_id"] for row in found["operators"]] == ["<o3>", "o1"], "o2 has left, with nothing"
    assert [row["role"] for row in found["staffing"]] == ["service", "lead"]
    assert [(row["label_en"], row["groups"], row["behind"], row["unstaffed"]) for row in found["statuses"]] == [
        ("Filling", 1, 1, 0), ("Live", 3, 0, 1),
    ]  # fmt: skip


def test_sizes_stand_in_bins_between_the_policys_lines() -> None:
    """Up to 350: 351 sizes in 33 bins of 11; up to 400, an adopted group's: 34 bins of 12."""
    picture = sizes_picture([(0, 200), (0, 150), (180, 200)], MARKS)
    assert [(bar["from"], bar["to"], bar["inside"], bar["expected"]) for bar in picture["bars"]] == [
        (0, 10, 2, 0), (143, 153, 0, 1), (176, 186, 1, 0), (198, 208, 0, 2),
    ]  # fmt: skip
    assert [(bar["y_inside"], bar["y_expected"]) for bar in picture["bars"]] == [
        (34.0, 204.0), (204.0, 119.0), (119.0, 204.0), (204.0, 34.0),
    ]  # fmt: skip
    assert [(mark["name"], mark["size"]) for mark in picture["marks"]] == list(MARKS.items())
    assert all(bar["x"] + bar["width"] <= picture["right"] for bar in picture["bars"])
    larger = sizes_picture([(400, 400)], MARKS)
    assert [(bar["from"], bar["to"]) for bar in larger["bars"]] == [(396, 407)]
    assert [mark["x"] for mark in picture["marks"]] == [
        round(40 + 900 * size / (32 * 11), 1) for size in MARKS.values()
    ]  # fmt: skip
    assert sizes_picture([], MARKS) is None


def test_the_section_shows_it_in_both_languages(connection: duckdb.DuckDBPyConnection) -> None:
    page = render("groups.html", groups=groups(connection), candidate={"currency": "CNY"})
    assert re.findall(r'<td class="num">(\d+) / 50</td>', page) == ["60", "2"]
    assert "&lt;o3&gt;" in page
    assert "<o3>" not in page
    assert "over the limit 超限" in page
    assert "proposal, somebody has to agree 建议，待同意" in page
    assert "Mixed, there before <small>原有混合群</small>" in page
    assert re.findall(r"<title>(.*?)</title>", page)[0] == "0 to 11: 1 inside, 0 with those to come"
    widths = [float(width) for width in re.findall(r"width: ([\d.]+)%", page)]
    assert max(widths) == 100


def test_a_shop_without_groups_has_a_ladder_and_no_picture(connection: duckdb.DuckDBPyConnection) -> None:
    with duckdb.connect() as empty:
        empty.execute("create schema policy; create schema marts")
        for (table,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'policy'"
        ).fetchall():
            empty.execute(f"create table policy.{table} as from read_csv('{POLICY / table}.csv')")
        for table, select in MARTS.items():
            empty.execute(f"create table marts.{table} as select * from ({select}) limit 0")
        page = render("groups.html", groups=groups(empty), candidate={"currency": ""})
    assert "Who belongs where" in page
    assert "<svg" not in page
    assert "What operators have" not in page
