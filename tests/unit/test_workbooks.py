"""Operators' workbooks: who is on which sheet, that nothing runs in a spreadsheet, and that they can come back."""

import stat
import time
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pytest
from duckdb_extensions import import_extension
from muster import workbooks
from muster.landing.workbook import own_columns, sheet_names
from muster.settings import DBT_PROJECT

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
    "place": 1,
}  # fmt: skip
GHOST = {
    "is_held_out": True, "handle": None, "handle_kind": None, "offer_en": None, "offer_zh": None, "script_en": None,
    "script_zh": None, "window_start": None, "window_end": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def excel() -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as connection:
        import_extension("excel", con=connection)
        connection.load_extension("excel")
        connection.execute("create schema policy")
        connection.execute(f"create table policy.contact_results as from read_csv('{RESULTS}')")
        yield connection


def write(excel: duckdb.DuckDBPyConnection, folder: Path, *tasks: dict) -> dict[str, int]:
    """Write the workbooks of these tasks (what differs from TASK); returns rows by file name."""
    excel.execute("drop table if exists tasks")
    names = ", ".join(f"${name}::{_type(value)} as {name}" for name, value in TASK.items())
    excel.execute(f"create table tasks as select {names} limit 0", TASK)
    for task in tasks:
        excel.execute(f"insert into tasks select {', '.join('$' + name for name in TASK)}", TASK | task)
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    written = dict(workbooks.write_workbooks(excel, "from tasks", D, folder / "workbooks", scratch))
    assert list(scratch.iterdir()) == []
    return {path.name: rows for path, rows in written.items()}


def _type(value: object) -> str:
    return {bool: "boolean", int: "integer", date: "date"}.get(type(value), "varchar")


def sheet(excel: duckdb.DuckDBPyConnection, path: Path, name: str = workbooks.TODAY) -> list[tuple]:
    """A sheet's rows as text, the headings first."""
    return excel.execute(
        f"from read_xlsx('{path}', sheet = '{name}', header = false, all_varchar = true, stop_at_empty = false)"
    ).fetchall()


def column(rows: list[tuple], heading: str) -> list[str]:
    (place,) = (i for i, name in enumerate(rows[0]) if heading in name)
    return [row[place] for row in rows[1:]]


def test_who_is_on_which_sheet(excel: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    counts = write(
        excel, tmp_path,
        {"schedule_id": "s2", "nickname": "second", "place": 2},
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
        "Purpose 目的": "Bring back\n召回", "Offer 优惠": "A gift\n礼品", "Script, Chinese 中文话术": "您好",
        "Script, English 英文话术": "Hello", "Window 时段": "10:00-12:00", "Account 账号": "a1",
        "Channel 渠道": "Call\n电话", "Phone or chat id 联系方式": "+8613800138000", "Result 结果": None,
        "Contacted at 实际联系时间": None, "Attempt 第几次": "1", "Planned date 计划日期": "45302",
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
    names = workbooks.file_names([*operators, None])
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
    written = dict(workbooks.write_workbooks(excel, "from tasks", D, tmp_path / "many", tmp_path))
    assert set(written.values()) == {60}
    assert len(written) == 200
    assert time.monotonic() - began < 60
