"""Operators' workbooks: who is on which sheet, that nothing runs in a spreadsheet, and that they can come back."""

import stat
import time
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest
from duckdb_extensions import import_extension
from muster import workbooks
from muster.landing.workbook import own_columns, sheet_names
from muster.settings import DBT_PROJECT
from muster.workbooks.groups import GROUPS, MOST_SHEETS
from muster.workbooks.names import file_names
from muster.workbooks.names import sheet_names as names_for_sheets

D = date(2024, 1, 10)
RESULTS = DBT_PROJECT / "seeds" / "policy" / "contact_results.csv"
TASK = {
    "schedule_id": "s1", "person_id": "p1", "user_id": "0042", "nickname": "Li", "last_product": "tea",
    "last_contact_date": date(2024, 1, 2), "is_held_out": False, "planned_date": date(2024, 1, 11),
    "window_start": "10:00", "window_end": "12:00", "is_issued": True, "purpose": "recall",
    "purpose_en": "Bring back", "purpose_zh": "召回", "playbook": "lost", "playbook_en": "Last try",
    "playbook_zh": "最后尝试", "channel": "phone", "channel_en": "Call", "channel_zh": "电话",
    "handle_kind": "phone", "handle": "+8613800138000", "account_id": "a1", "operator_id": "o1",
    "offer_en": "A gift", "offer_zh": "礼品", "script_en": "Hello", "script_zh": "您好", "attempt": 1, "score": 5,
    "place": 1, "group_name": None,
}  # fmt: skip
GHOST = {
    "is_held_out": True, "handle": None, "handle_kind": None, "offer_en": None, "offer_zh": None, "script_en": None,
    "script_zh": None, "window_start": None, "window_end": None,
}  # fmt: skip

GROUP = {
    "group_id": "g1", "group_name": "Muster·Leeds·web·2024Q1·Top·1", "group_kind_en": "Interest group",
    "group_kind_zh": "兴趣群", "operator_id": "o1", "status_en": "Live", "status_zh": "运营中",
    "opened_on": date(2024, 1, 1), "planned_size": 200, "inside": 152, "pending": 30, "is_behind": False,
    "shows_code": True, "merge_into": "",
}  # fmt: skip
MEMBER = {
    "group_id": "g1", "group_name": GROUP["group_name"], "operator_id": "o1", "place": 1, "user_id": "u1",
    "nickname": "Li", "role": "member", "status_en": "Inside", "status_zh": "已在群", "joined_on": date(2024, 1, 2),
    "value_tier_en": "VIP", "value_tier_zh": "重要", "stage_en": "Loyal", "stage_zh": "忠诚客户", "is_due": False,
    "move_en": None, "move_zh": None, "is_proposal": False, "reason_en": None, "reason_zh": None,
    "other_group_name": None, "planned_date": date(2024, 1, 11),
}  # fmt: skip
LISTS = workbooks.Lists("from tasks", "from groups", "from roster")


@pytest.fixture(scope="module")
def excel() -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as connection:
        import_extension("excel", con=connection)
        connection.load_extension("excel")
        connection.execute("create schema policy")
        connection.execute(f"create table policy.contact_results as from read_csv('{RESULTS}')")
        yield connection


def write(
    excel: duckdb.DuckDBPyConnection,
    folder: Path,
    *tasks: dict,
    groups: Sequence[dict] = (),
    roster: Sequence[dict] = (),
) -> dict[str, int]:
    """Write the workbooks of these rows (what differs from TASK, GROUP, MEMBER); returns rows by file name."""
    for name, usual, rows in (("tasks", TASK, tasks), ("groups", GROUP, groups), ("roster", MEMBER, roster)):
        fill(excel, name, usual, rows)
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    written = dict(workbooks.write_workbooks(excel, LISTS, D, folder / "workbooks", scratch))
    assert list(scratch.iterdir()) == []
    return {path.name: rows for path, rows in written.items()}


def fill(excel: duckdb.DuckDBPyConnection, table: str, usual: dict, rows: Sequence[dict]) -> None:
    columns = ", ".join(f"${name}::{_type(value)} as {name}" for name, value in usual.items())
    excel.execute(f"create or replace table {table} as select {columns} limit 0", usual)
    for row in rows:
        excel.execute(f"insert into {table} select {', '.join('$' + name for name in usual)}", usual | row)


def _type(value: object) -> str:
    return {bool: "boolean", int: "integer", date: "date"}.get(type(value), "varchar")


def sheet(excel: duckdb.DuckDBPyConnection, path: Path, name: str = workbooks.TODAY) -> list[tuple]:
    """A sheet's rows as text, the headings first."""
    return excel.execute(
        f"from read_xlsx('{path}', sheet = '{name}', header = false, all_varchar = true, stop_at_empty = false)"
    ).fetchall()


def people(excel: duckdb.DuckDBPyConnection, path: Path, name: str) -> list[tuple]:
    """A group's sheet without its title."""
    return excel.execute(
        f"""from read_xlsx('{path}', sheet = '{name}', range = 'A2:L99', header = false, all_varchar = true,
            stop_at_empty = true)"""
    ).fetchall()


def column(rows: list[tuple], heading: str) -> list[str]:
    (place,) = (i for i, name in enumerate(rows[0]) if heading in name)
    return [row[place] for row in rows[1:]]


def test_who_is_on_which_sheet(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    counts = write(
        excel, tmp_path,
        {"schedule_id": "s2", "nickname": "second", "place": 2, "group_name": "Tea"},
        {"schedule_id": "s1", "nickname": "first", "place": 1},
        {"schedule_id": "s3", "nickname": "tomorrow", "planned_date": date(2024, 1, 12), "is_issued": False},
        {"schedule_id": "s4", "nickname": "in a week", "planned_date": date(2024, 1, 17)},
        {"schedule_id": "s5", "nickname": "later", "planned_date": date(2024, 1, 18)},
        {"schedule_id": "s6", "nickname": "ghost", "planned_date": date(2024, 1, 25)} | GHOST,
        {"schedule_id": "s7", "nickname": "other's", "operator_id": "o2", "planned_date": date(2024, 1, 13)},
        {"schedule_id": "s8", "nickname": "nobody's", "operator_id": None},
        {"schedule_id": "s9", "nickname": "only later", "operator_id": "o3", "planned_date": date(2024, 1, 20)},
    )  # fmt: skip
    assert counts == {"o1_2024-01-11.xlsx": 2, "o2_2024-01-11.xlsx": 0, "unassigned_2024-01-11.xlsx": 1}
    path = tmp_path / "workbooks" / "o1_2024-01-11.xlsx"
    assert sheet_names(path) == ["Today 今日", "Week 本周", "Held out 请勿联系", "How to 说明"]
    assert column(sheet(excel, path), "Nickname") == ["first", "second"]
    week = sheet(excel, path, workbooks.WEEK)
    assert column(week, "Group") == [None, "Tea", None, None]
    assert column(week, "Nickname") == ["first", "second", "tomorrow", "in a week"]
    assert column(week, "Fixed") == ["Fixed 已确定", "Fixed 已确定", "May change 可能调整", "Fixed 已确定"]
    held_out = sheet(excel, path, workbooks.HELD_OUT)
    assert column(held_out, "Nickname") == ["ghost"]
    assert column(held_out, "What to do") == ["Do not contact 请勿联系"]
    assert [len(sheet(excel, tmp_path / "workbooks" / "o2_2024-01-11.xlsx", n)) for n in sheet_names(path)[:3]] == [
        1,
        2,
        1,
    ]


def test_what_a_row_says(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write(excel, tmp_path, {})
    header, row = sheet(excel, tmp_path / "workbooks" / "o1_2024-01-11.xlsx")
    said = dict(zip(header, row, strict=True))
    assert said == {
        "No. 序号": "1", "Nickname 昵称": "Li", "Last product 上次购买": "tea", "Last contact 上次联系": "45293",
        "Purpose 目的": "Bring back\n召回", "Group 群": None, "Offer 优惠": "A gift\n礼品",
        "Script, Chinese 中文话术": "您好", "Script, English 英文话术": "Hello", "Window 时段": "10:00-12:00",
        "Account 账号": "a1", "Channel 渠道": "Call\n电话", "Phone or chat id 联系方式": "+8613800138000",
        "Result 结果": None, "Contacted at 实际联系时间": None, "Attempt 第几次": "1", "Planned date 计划日期": "45302",
        "Schedule ID 排期编号": "s1", "User ID 用户编号": "0042", "Channel code 渠道代码": "phone",
        "Purpose code 目的代码": "recall", "Operator 运营": "o1",
    }  # fmt: skip
    assert own_columns(header) is not None
    path = tmp_path / "workbooks" / "o1_2024-01-11.xlsx"
    assert all(own_columns(sheet(excel, path, name)[0]) is None for name in (workbooks.WEEK, workbooks.HELD_OUT))


def test_nothing_is_a_formula_and_every_text_survives(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    texts = [
        "=1+1", "+1", "-1", "@a", '=HYPERLINK("http://x.example","y")', "http://x.example", "mailto:a@x.example",
        "{=1}", "0012", "1e5", "TRUE", "&<>\"'", " blank ", "line\nbreak", "👶🏻", "\x00\x1f\x0b", "\ufffe|\uffff",
    ]  # fmt: skip
    tasks = [{"schedule_id": f"s{i}", "nickname": text, "place": i} for i, text in enumerate(texts)]
    write(excel, tmp_path, *tasks, {"schedule_id": "long", "nickname": "x" * 40_000, "place": 99})
    path = tmp_path / "workbooks" / "o1_2024-01-11.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert not any("hyperlink" in name or "http://x.example" in text for name, text in parts.items() if "_rels" in name)
    *got, long = column(sheet(excel, path), "Nickname")
    assert long == "x" * 32_767
    assert got[: texts.index("\x00\x1f\x0b")] == texts[: texts.index("\x00\x1f\x0b")]
    assert got[-1] == "|"


def test_how_a_sheet_looks(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write(excel, tmp_path, {})
    with zipfile.ZipFile(tmp_path / "workbooks" / "o1_2024-01-11.xlsx") as archive:
        today = archive.read("xl/worksheets/sheet1.xml").decode()
        book = archive.read("xl/workbook.xml").decode()
    for part in ('state="frozen"', "<autoFilter", 'orientation="landscape"', 'fitToHeight="0"', 'hidden="1"'):
        assert part in today
    assert "_xlnm.Print_Titles" in book
    labels = sheet(excel, tmp_path / "workbooks" / "o1_2024-01-11.xlsx", workbooks.HOW_TO)
    first = next(i for i, row in enumerate(labels) if row[0] == "Result 结果") + 1
    assert f"'How to 说明'!$A${first + 1}:$A${first + 6}" in today
    assert [row[0] for row in labels[first:]] == [
        "Reached 已联系上", "No answer 无人应答", "Bought 已下单", "Refused 已拒绝", "Do not contact again 不要再联系",
        "Not sent 未发送",
    ]  # fmt: skip
    assert any("不要再联系" in (row[1] or "") for row in labels[: first - 1])


def test_files_are_for_their_owner_and_the_same_every_time(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    tasks = [{"schedule_id": f"s{i}", "place": i} for i in range(50)]
    write(excel, tmp_path / "a", *tasks)
    time.sleep(1.1)  # a clock within would show
    write(excel, tmp_path / "b", *reversed(tasks))
    a, b = (tmp_path / side / "workbooks" / "o1_2024-01-11.xlsx" for side in "ab")
    assert a.read_bytes() == b.read_bytes()
    assert stat.S_IMODE(a.stat().st_mode) == 0o600
    assert stat.S_IMODE(a.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("operators", "expected"),
    [
        (["o1", "王芳", "a.b-c_d"], ["o1", "王芳", "a.b-c_d"]),
        (["../../etc/x", "a/b", "a\\b", "a*?[b]"], ["etc_x-", "a_b-", "a_b-", "a_b_-"]),
        (["Op", "op"], ["Op-", "op-"]),
        (["unassigned", "_x", ".x", "~$x"], ["unassigned-", "x-", "x-", "x-"]),
        (["", "x" * 300], ["operator-", "x" * 80 + "-"]),
    ],
)  # fmt: skip
def test_file_names(operators: list[str], expected: list[str]) -> None:
    names = file_names([*operators, None])
    assert names.pop(None) == "unassigned"
    assert len({name.lower() for name in names.values()}) == len(operators)
    for operator, begins in zip(operators, expected, strict=True):
        name = names[operator]
        assert name == begins or (begins.endswith("-") and name.startswith(begins) and len(name) == len(begins) + 8)


def test_without_tasks_there_is_no_workbook(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert write(excel, tmp_path) == {}


def test_many_operators(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Some 200 of them with 60 rows each, well within a minute."""
    write(excel, tmp_path)
    excel.execute("insert into tasks select $" + ", $".join(TASK), TASK)
    excel.execute(
        """create or replace table tasks as select * replace ('o' || i % 200 as operator_id, 's' || i as schedule_id)
           from tasks cross join range(12000) as n (i)"""
    )
    began = time.monotonic()
    written = dict(workbooks.write_workbooks(excel, LISTS, D, tmp_path / "many", tmp_path))
    assert set(written.values()) == {60}
    assert len(written) == 200
    assert time.monotonic() - began < 60


def test_a_group_has_a_sheet_under_its_own_name(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    counts = write(
        excel, tmp_path, {},
        groups=[{}, {"group_id": "g2", "group_name": "Other", "pending": 0, "inside": 0, "shows_code": False,
                     "is_behind": True, "merge_into": "g1"}],
        roster=[
            {"place": 1, "nickname": "out", "is_due": True, "move_en": "Take out", "move_zh": "移出群",
             "reason_en": "Objects", "reason_zh": "勿扰", "value_tier_en": None, "stage_en": None, "joined_on": None,
             "planned_date": None, "role": None},
            {"place": 2, "nickname": "in", "is_due": True, "move_en": "Invite", "move_zh": "邀请", "joined_on": None},
            {"place": 3, "nickname": "=lead", "role": "lead", "planned_date": None},
            {"place": 4, "nickname": "two", "role": "host", "move_en": "Take out", "move_zh": "移出群",
             "is_proposal": True, "other_group_name": "Other", "planned_date": None},
            {"place": 5, "nickname": "later", "move_en": "Invite", "move_zh": "邀请",
             "planned_date": date(2024, 1, 13)},
        ],
    )  # fmt: skip
    assert counts == {"o1_2024-01-11.xlsx": 1}
    path = tmp_path / "workbooks" / "o1_2024-01-11.xlsx"
    assert sheet_names(path) == [
        "Today 今日", "Week 本周", "Held out 请勿联系", "How to 说明", "Groups 群", GROUP["group_name"], "Other",
    ]  # fmt: skip
    (title,) = sheet(excel, path, GROUP["group_name"])[0]
    assert title == (
        "Muster·Leeds·web·2024Q1·Top·1 · Live 运营中 · inside 在群 152 · to come 待入群 30 · filled to 目标 200 · "
        "show its code 可展示群码: Yes 是"
    )
    shown = people(excel, path, GROUP["group_name"])
    assert column(shown, "Nickname") == ["out", "in", "=lead", "two", "later"]
    assert column(shown, "To do") == ["Take out\n移出群", "Invite\n邀请", None, "Take out\n移出群", "Invite\n邀请"]
    assert column(shown, "When") == ["Today 今日", "Today 今日", None, "Once somebody agrees\n经同意后", "2024-01-13"]
    assert column(shown, "Role") == [None, "Member 成员", "Lead 群主", "host", "Member 成员"]
    assert column(shown, "Tier") == [None, *["VIP\n重要"] * 4]
    assert column(shown, "User ID") == ["u1"] * 5
    assert column(shown, "Other group") == [None, None, None, "Other", None]
    listed = sheet(excel, path, GROUPS)
    assert column(listed, "To do today") == ["2", "0"]
    assert column(listed, "Show its code") == ["Yes 是", "No 否"]
    assert column(listed, "Behind") == ["No 否", "Yes 是"]
    assert column(listed, "Merge into") == [None, GROUP["group_name"]]
    assert all(own_columns(sheet(excel, path, name)[0]) is None for name in (GROUPS, "Other", GROUP["group_name"]))
    with zipfile.ZipFile(path) as archive:
        links = archive.read("xl/worksheets/sheet5.xml").decode()
    assert [part in links for part in ("'Muster·Leeds·web·2024Q1·Top·1'!A1", "'Other'!A1")] == [True, True]


def test_groups_alone_make_a_workbook_and_stay_apart(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """o1 has a task and no group, o2 a group and no task, and one group is nobody's."""
    groups = [
        {"group_id": "g2", "group_name": "Two", "operator_id": "o2"},
        {"group_id": "g3", "group_name": "Three", "operator_id": None},
    ]
    roster = [group | {"nickname": f"{group['group_id']}-{n}", "place": n} for group in groups for n in (2, 1)]
    counts = write(excel, tmp_path, {}, groups=groups, roster=roster)
    assert counts == {"o1_2024-01-11.xlsx": 1, "o2_2024-01-11.xlsx": 0, "unassigned_2024-01-11.xlsx": 0}
    folder = tmp_path / "workbooks"
    assert GROUPS not in sheet_names(folder / "o1_2024-01-11.xlsx")
    assert column(people(excel, folder / "o2_2024-01-11.xlsx", "Two"), "Nickname") == ["g2-1", "g2-2"]
    assert column(people(excel, folder / "unassigned_2024-01-11.xlsx", "Three"), "Nickname") == ["g3-1", "g3-2"]


def test_more_groups_than_sheets(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """All are listed; the one with a task has a sheet whatever its name."""
    groups = [{"group_id": f"g{n:03}", "group_name": f"Group {n:03}"} for n in range(MOST_SHEETS + 5)]
    roster = [group | {"is_due": group is groups[-1], "nickname": group["group_id"]} for group in groups]
    write(excel, tmp_path, groups=groups, roster=roster)
    path = tmp_path / "workbooks" / "o1_2024-01-11.xlsx"
    assert column(sheet(excel, path, GROUPS), "Group") == [group["group_name"] for group in groups]
    shown = sheet_names(path)[5:]
    assert shown == [group["group_name"] for group in [*groups[: MOST_SHEETS - 1], groups[-1]]]
    assert column(people(excel, path, shown[-1]), "Nickname") == [groups[-1]["group_id"]]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["Tea", "tea", "TEA"], ["Tea", "tea~2", "TEA~3"]),
        (["a[b]:c*d?e/f\\g", "'quoted'", "", "History"], ["a_b_c_d_e_f_g", "quoted", "_", "History~2"]),
        (["x" * 31, "x" * 32, "x" * 33], ["x" * 31, f"{'x' * 20}…{'x' * 10}", f"{'x' * 18}…{'x' * 10}~2"]),
        (["Muster·Seed·呼和浩特·抖音直播间·2024Q1·高端·12"], ["Muster·Seed·呼和浩特·抖音直…24Q1·高端·12"]),
        (["👶" * 16], [f"{'👶' * 10}…{'👶' * 5}"]),
        (["Groups 群"], ["Groups 群~2"]),
    ],
)  # fmt: skip
def test_names_of_sheets(wanted: list[str], expected: list[str]) -> None:
    names = names_for_sheets(wanted, [GROUPS])
    assert names == expected
    assert all(len(name.encode("utf-16-le")) <= 62 for name in names)
