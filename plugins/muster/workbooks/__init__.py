"""One Excel workbook per operator: whom to contact today, what to say, a column for what came of it; and the groups.

A workbook that was filled in comes back through the landing zone (landing/workbook.py), by the headings named there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import xlsxwriter

from muster.landing.handles import private_folder
from muster.workbooks.groups import write_groups
from muster.workbooks.names import file_names
from muster.workbooks.sheet import BLUE, RED, Look, Row, Sheet
from muster.workbooks.tasks import HELD_OUT, HOW_TO, RESULT, SHEETS, TODAY, WEEK, write_help

WEEK_DAYS = 7
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Lists:
    """SQL of what workbooks show: the export operator_tasks with a column handle, the mart groups, and group_roster."""

    tasks: str
    groups: str
    roster: str


def write_workbooks(
    connection: duckdb.DuckDBPyConnection, lists: Lists, as_of_date: date, folder: Path, scratch: Path
) -> Iterator[tuple[Path, int]]:
    """Write `<operator>_<day>.xlsx` for everyone with groups, or tasks within a week; each with its rows on Today.

    The day is the one after as_of_date, on which the list is worked through; without it in the name tomorrow's workbook
    would lie in the landing zone as today's, changed. scratch: a private folder for temporary files.
    """
    today = as_of_date + timedelta(days=1)
    until = today + timedelta(days=WEEK_DAYS - 1)
    wanted = f"select * from ({lists.tasks}) where is_held_out or planned_date <= date '{until}'"
    results = connection.execute(
        "select label_en, label_zh, is_objection from policy.contact_results order by sort_order"
    ).fetchall()
    operators = [
        operator
        for (operator,) in connection.execute(
            f"""select distinct operator_id
            from (select operator_id from ({wanted}) union all select operator_id from ({lists.groups}))
            order by operator_id nulls last"""
        ).fetchall()
    ]
    by_operator = "order by operator_id nulls last"
    tasks = _Parts(connection, f"{wanted} {by_operator}, is_held_out, planned_date, place, schedule_id")
    groups = _Parts(connection, f"select * from ({_groups(lists)}) {by_operator}, group_name, group_id")
    roster = _Parts(connection, f"select * from ({lists.roster}) {by_operator}, group_name, group_id, place")
    names = file_names(operators)
    private_folder(folder)
    for operator in operators:
        path = folder / f"{names[operator]}_{today}.xlsx"
        path.touch(mode=0o600)
        parts = tasks.of(operator), list(groups.of(operator)), roster.of(operator)
        yield path, _write(path, *parts, results, today, scratch)


def _groups(lists: Lists) -> str:
    """SQL of the groups with how many tasks they have today, and with the name of the one that they go into."""
    return f"""select groups.*, coalesce(tasks.due, 0) as due, merged.group_name as merge_into_name
        from ({lists.groups}) as groups
        left join ({lists.groups}) as merged on groups.merge_into = merged.group_id
        left join (select group_id, count(*) as due from ({lists.roster}) where is_due group by group_id) as tasks
            on groups.group_id = tasks.group_id"""


class _Parts:
    """A query's rows, which come ordered by operator_id and are taken operator by operator, in that order."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, sql: str) -> None:
        self._rows = _rows(connection.cursor().execute(sql))
        self._next = next(self._rows, None)

    def of(self, operator: str | None) -> Iterator[Row]:
        while self._next is not None and self._next["operator_id"] == operator:
            row, self._next = self._next, next(self._rows, None)
            yield row


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    names = [column for column, *_ in found.description]
    while chunk := found.fetchmany(ROWS_AT_ONCE):
        yield from (dict(zip(names, row, strict=True)) for row in chunk)


def _write(
    path: Path, tasks: Iterable[Row], groups: Sequence[Row], roster: Iterable[Row],
    results: Sequence[tuple[str, str, bool]], today: date, scratch: Path,
) -> int:  # fmt: skip
    options = {"constant_memory": True, "tmpdir": str(scratch), "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": datetime.combine(today, time()), "title": f"{TODAY} {today}"})
        look = Look(book)
        sheets = {
            name: Sheet(book, look, name, columns, today, RED if name == HELD_OUT else BLUE)
            for name, columns in SHEETS.items()
        }
        sheets[TODAY].offer(RESULT, write_help(book, results))
        for row in tasks:
            if row["is_held_out"]:
                sheets[HELD_OUT].write(row)
                continue
            sheets[WEEK].write(row)
            if row["planned_date"] == today:
                sheets[TODAY].write(row)
        for sheet in sheets.values():
            sheet.finish()
        if groups:
            write_groups(book, look, groups, roster, [*SHEETS, HOW_TO], today)
    return sheets[TODAY].rows
