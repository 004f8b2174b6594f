"""One Excel workbook per operator: whom to contact today, what to say, and a column for what came of it.

A workbook that was filled in comes back through the landing zone (landing/workbook.py), by the headings named there.
"""

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from muster.landing.handles import private_folder
from muster.landing.workbook import HEADINGS, bilingual

TODAY, WEEK, HELD_OUT, HOW_TO = "Today 今日", "Week 本周", "Held out 请勿联系", "How to 说明"
UNASSIGNED = "unassigned"
WEEK_DAYS = 7
FIXED = (bilingual("May change", "可能调整"), bilingual("Fixed", "已确定"))
# The format's own limits.
LAST_ROW = 1_048_575
CELL_CHARACTERS = 32_767
NAME_CHARACTERS = 80
LINE_POINTS = 17
_NOT_IN_NAMES = re.compile(r"[^\w.-]+|^[\W_]+")
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
ROWS_AT_ONCE = 1000
HELP = (
    (
        "Work through the sheet Today from top to bottom: the first row matters most.",
        "请按 Today 今日 表从上到下依次联系，越靠前越重要。",
    ),
    (
        "Contact each person within the row's window, by its channel and from its account.",
        "请在所列时段内，用所列渠道和账号联系。",
    ),
    (
        "Then choose what came of it in the column Result; leave it empty where you have not come to it.",
        "联系后在 结果 列选择结果；尚未联系的请留空。",
    ),
    (
        "Whoever wants no more contacts gets '{objection_en}' and is on no list from the next night on.",
        "对方要求勿扰时请选 {objection_zh}，次日起不再出现在任何名单中。",
    ),
    (
        "Fill in Contacted at only where it was not on the planned day: a date, a time, or both.",
        "不在计划日期联系的，请填写 实际联系时间（日期、时间或两者）。",
    ),
    (
        "Nobody on the sheet Held out may be contacted: this group shows whether contacts work at all.",
        "Held out 请勿联系 表中的人一律不要联系：该对照组用于检验联系是否有效。",
    ),
    (
        "The sheet Week shows what comes next; what is not fixed may still change.",
        "Week 本周 表为后续安排，未确定的仍可能调整。",
    ),
    (
        "Save the file as .xlsx under its own name and hand it in (the landing zone's folder contacts). "
        "Headings and hidden columns must stay.",
        "填好后以原文件名保存为 .xlsx 并交回（数据接收区的 contacts 文件夹）；请勿改动表头和隐藏列。",
    ),
    (
        "The file holds personal data: pass it on to nobody, and delete it once it is handed in.",
        "文件含个人信息，请勿外传，交回后请删除。",
    ),
)

Value = str | int | date | None
Row = dict[str, Value]


@dataclass(frozen=True)
class Column:
    """One column of a sheet. value: of a task's row; kind: text, number, date or time."""

    heading: tuple[str, str]
    width: int
    value: Callable[[Row], Value]
    kind: str = "text"
    is_hidden: bool = False


def _of(name: str) -> Callable[[Row], Value]:
    return lambda row: row[name]


def _labels(name: str) -> Callable[[Row], Value]:
    """English and Chinese on a line each."""
    return lambda row: f"{row[f'{name}_en']}\n{row[f'{name}_zh']}" if row[f"{name}_en"] else None


def _window(row: Row) -> Value:
    return f"{row['window_start']}-{row['window_end']}" if row["window_start"] else None


def _blank(_: Row) -> Value:
    return None


_WHO = (
    Column(("Nickname", "昵称"), 16, _of("nickname")),
    Column(("Last product", "上次购买"), 22, _of("last_product")),
    Column(("Last contact", "上次联系"), 12, _of("last_contact_date"), "date"),
)
_PURPOSE = Column(("Purpose", "目的"), 22, _labels("purpose"))
_OFFER = Column(("Offer", "优惠"), 20, _labels("offer"))
_WINDOW = Column(("Window", "时段"), 12, _window)
_CHANNEL = Column(("Channel", "渠道"), 16, _labels("channel"))
_ACCOUNT = Column(HEADINGS["account_id"], 14, _of("account_id"))
_PLANNED = Column(HEADINGS["planned_date"], 12, _of("planned_date"), "date")
_RESULT = Column(HEADINGS["result"], 22, _blank)

SHEETS: dict[str, tuple[Column, ...]] = {
    TODAY: (
        Column(("No.", "序号"), 9, _of("place"), "number"),
        *_WHO,
        _PURPOSE,
        _OFFER,
        Column(("Script, Chinese", "中文话术"), 44, _of("script_zh")),
        Column(("Script, English", "英文话术"), 44, _of("script_en")),
        _WINDOW,
        _ACCOUNT,
        _CHANNEL,
        Column(("Phone or chat id", "联系方式"), 20, _of("handle")),
        _RESULT,
        Column(HEADINGS["contacted_at"], 17, _blank, "time"),
        Column(("Attempt", "第几次"), 9, _of("attempt"), "number"),
        _PLANNED,
        Column(HEADINGS["contact_id"], 19, _of("schedule_id")),
        Column(HEADINGS["user_id"], 14, _of("user_id"), is_hidden=True),
        Column(HEADINGS["channel"], 14, _of("channel"), is_hidden=True),
        Column(HEADINGS["purpose"], 14, _of("purpose"), is_hidden=True),
        Column(HEADINGS["operator_id"], 14, _of("operator_id"), is_hidden=True),
    ),
    WEEK: (
        _PLANNED,
        _WINDOW,
        *_WHO,
        _PURPOSE,
        _OFFER,
        _ACCOUNT,
        _CHANNEL,
        Column(("Attempt", "第几次"), 9, _of("attempt"), "number"),
        Column(("Fixed", "是否确定"), 18, lambda row: FIXED[bool(row["is_issued"])]),
    ),
    HELD_OUT: (
        *_WHO,
        Column(("Playbook", "场景"), 24, _labels("playbook")),
        _ACCOUNT,
        Column(("What to do", "处理方式"), 34, lambda _: bilingual("Do not contact", "请勿联系")),
    ),
}


def write_workbooks(
    connection: duckdb.DuckDBPyConnection, tasks: str, as_of_date: date, folder: Path, scratch: Path
) -> Iterator[tuple[Path, int]]:
    """Write `<operator>_<day>.xlsx` for everyone with tasks within a week, each with its rows on the sheet Today.

    tasks: SQL of the export operator_tasks with a column handle. The day is the one after as_of_date, on which the list
    is worked through; without it in the name tomorrow's workbook would lie in the landing zone as today's, changed.
    scratch: a private folder for temporary files.
    """
    today = as_of_date + timedelta(days=1)
    until = today + timedelta(days=WEEK_DAYS - 1)
    wanted = f"select * from ({tasks}) where is_held_out or planned_date <= date '{until}'"
    operators = [o for (o,) in connection.execute(f"select distinct operator_id from ({wanted}) order by 1").fetchall()]
    names = file_names(operators)
    results = connection.execute(
        "select label_en, label_zh, is_objection from policy.contact_results order by sort_order"
    ).fetchall()
    private_folder(folder)
    found = connection.execute(
        f"select * from ({wanted}) order by operator_id nulls last, is_held_out, planned_date, place, schedule_id"
    )
    for operator, rows in itertools.groupby(_rows(found), key=lambda row: row["operator_id"]):
        path = folder / f"{names[operator]}_{today}.xlsx"
        path.touch(mode=0o600)
        yield path, _write(path, rows, results, today, scratch)


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    names = [column for column, *_ in found.description]
    while chunk := found.fetchmany(ROWS_AT_ONCE):
        yield from (dict(zip(names, row, strict=True)) for row in chunk)


def file_names(operators: Sequence[str | None]) -> dict[str | None, str]:
    """A file name's beginning for each operator (None: nobody's), its id where that can be one.

    Others are told apart by some digits of the id's hash, as are those that differ in upper and lower case only.
    """
    safe = {o: _NOT_IN_NAMES.sub("_", o).lstrip("_")[:NAME_CHARACTERS] for o in operators if o is not None}
    lower = [name.lower() for name in safe.values()]
    names: dict[str | None, str] = {None: UNASSIGNED}
    for operator, name in safe.items():
        is_own = name and name == operator and name.lower() != UNASSIGNED and lower.count(name.lower()) == 1
        digits = hashlib.sha256(operator.encode()).hexdigest()[:8]
        names[operator] = name if is_own else f"{name or 'operator'}-{digits}"
    return names


def _write(
    path: Path, rows: Iterable[Row], results: Sequence[tuple[str, str, bool]], today: date, scratch: Path
) -> int:
    options = {"constant_memory": True, "tmpdir": str(scratch), "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": datetime.combine(today, time()), "title": f"{TODAY} {today}"})
        sheets = {name: _Sheet(book, name, columns, today) for name, columns in SHEETS.items()}
        labels = _write_help(book, results)
        sheets[TODAY].offer(_RESULT, labels)
        for row in rows:
            if row["is_held_out"]:
                sheets[HELD_OUT].write(row)
                continue
            sheets[WEEK].write(row)
            if row["planned_date"] == today:
                sheets[TODAY].write(row)
        for sheet in sheets.values():
            sheet.finish()
    return sheets[TODAY].rows


class _Sheet:
    """A sheet that is written row by row."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, columns: tuple[Column, ...], today: date) -> None:
        self.columns, self.rows = columns, 0
        self._sheet: Worksheet = book.add_worksheet(name)
        shape = {"text_wrap": True, "valign": "top"}
        self._formats: dict[str, Format] = {
            "text": book.add_format(shape),
            "number": book.add_format(shape | {"align": "left"}),
            "date": book.add_format(shape | {"num_format": "yyyy-mm-dd", "align": "left"}),
            "time": book.add_format(shape | {"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        }
        color = "#F8CBAD" if name == HELD_OUT else "#DDEBF7"
        head = book.add_format(shape | {"bold": True, "bg_color": color, "bottom": 1})
        self._sheet.set_row(0, LINE_POINTS * max(_lines(bilingual(*c.heading), c.width) for c in columns))
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width, self._formats[column.kind], {"hidden": column.is_hidden})
            self._sheet.write_string(0, place, bilingual(*column.heading), head)
        self._sheet.freeze_panes(1, 0)
        _set_up_print(self._sheet, f"{name}  {today}")

    def offer(self, column: Column, source: str) -> None:
        """A drop-down list in every cell of a column."""
        place = self.columns.index(column)
        self._sheet.data_validation(
            1, place, LAST_ROW, place,
            {"validate": "list", "source": source, "error_title": bilingual("Result", "结果"),
             "error_message": bilingual("Choose one of the list, or leave it empty.", "请从列表中选择，或留空。")},
        )  # fmt: skip

    def write(self, row: Row) -> None:
        if self.rows == LAST_ROW:
            return  # the list as CSV and Parquet holds them all
        self.rows += 1
        values = [column.value(row) for column in self.columns]
        shown = [_lines(v, c.width) for v, c in zip(values, self.columns, strict=True) if not c.is_hidden]
        self._sheet.set_row(self.rows, LINE_POINTS * max(shown))
        for place, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            shape = self._formats[column.kind]
            if value is None:
                self._sheet.write_blank(self.rows, place, None, shape)
            elif column.kind == "date":
                self._sheet.write_datetime(self.rows, place, value, shape)
            elif column.kind == "number":
                self._sheet.write_number(self.rows, place, value, shape)
            else:
                self._sheet.write_string(self.rows, place, _cell_text(value), shape)

    def finish(self) -> None:
        self._sheet.autofilter(0, 0, self.rows, len(self.columns) - 1)


def _lines(value: Value, width: int) -> int:
    """Lines that a cell's text takes, with room for words that do not fit; Chinese characters are two wide.

    Not every program fits a row to its text on opening, so rows come with their height.
    """
    lines = 0
    for line in str(value or "").split("\n"):
        wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
        lines += 1 if wide <= width else -(-wide * 10 // (width * 9))
    return lines


def _cell_text(value: Value) -> str:
    return _NOT_IN_XML.sub("", str(value))[:CELL_CHARACTERS]


def _set_up_print(sheet: Worksheet, title: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(0.4, 0.4, 0.7, 0.6)
    sheet.set_header(f"&L{title}")
    sheet.set_footer("&C&P / &N")


def _write_help(book: xlsxwriter.Workbook, results: Sequence[tuple[str, str, bool]]) -> str:
    """The sheet that explains the others; returns the range of the results' labels."""
    sheet = book.add_worksheet(HOW_TO)
    text = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    sheet.set_column(0, 1, 70, text)
    _set_up_print(sheet, HOW_TO)
    objection = next(result for result in results if result[2])
    row = 0
    for english, chinese in HELP:
        sheet.write_string(row, 0, english.format(objection_en=objection[0]), text)
        sheet.write_string(row, 1, chinese.format(objection_zh=objection[1]), text)
        row += 1
    sheet.write_string(row + 1, 0, bilingual(*HEADINGS["result"]), bold)
    first = row + 2
    for place, (english, chinese, _) in enumerate(results, first):
        sheet.write_string(place, 0, bilingual(english, chinese), text)
    return f"='{HOW_TO}'!$A${first + 1}:$A${first + len(results)}"
