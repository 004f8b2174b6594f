"""A sheet that is written row by row: its columns, how it looks, and what the format allows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from muster.landing.workbook import bilingual

# The format's own limits.
LAST_ROW = 1_048_575
CELL_CHARACTERS = 32_767
LINE_POINTS = 17
TITLE_POINTS = 24
BLUE, RED, MARKED = "#DDEBF7", "#F8CBAD", "#FFF2CC"
_NOT_IN_XML = re.compile("[\ufffe\uffff]")

Value = str | int | date | None
Row = dict[str, Value]


@dataclass(frozen=True)
class Column:
    """One column of a sheet. value: of a row; kind: text, number, date or time."""

    heading: tuple[str, str]
    width: int
    value: Callable[[Row], Value]
    kind: str = "text"
    is_hidden: bool = False


def of(name: str) -> Callable[[Row], Value]:
    return lambda row: row[name]


def labels(name: str) -> Callable[[Row], Value]:
    """English and Chinese on a line each."""
    return lambda row: f"{row[f'{name}_en']}\n{row[f'{name}_zh']}" if row[f"{name}_en"] else None


class Look:
    """How the cells of a workbook look: formats by a column's kind, and the same marked."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        kinds = {
            "text": {},
            "number": {"align": "left"},
            "date": {"num_format": "yyyy-mm-dd", "align": "left"},
            "time": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
        }
        self.cells: dict[str, Format] = {kind: self._of(more) for kind, more in kinds.items()}
        self.marked: dict[str, Format] = {kind: self._of(more | {"bg_color": MARKED}) for kind, more in kinds.items()}
        self.link = self._of({"font_color": "#0563C1", "underline": 1})
        self.title = book.add_format({"bold": True, "font_size": 12, "valign": "vcenter"})

    def heading(self, color: str) -> Format:
        return self._of({"bold": True, "bg_color": color, "bottom": 1})

    def _of(self, more: dict) -> Format:
        return self._book.add_format({"text_wrap": True, "valign": "top"} | more)


class Sheet:
    """A sheet that is written row by row, under a title where it has one."""

    def __init__(
        self, book: xlsxwriter.Workbook, look: Look, name: str, columns: tuple[Column, ...], today: date,
        color: str = BLUE, title: str | None = None,
    ) -> None:  # fmt: skip
        self.name, self.columns, self.rows = name, columns, 0
        self._look, self._sheet = look, book.add_worksheet(name)
        self._top = 0 if title is None else 1
        if title is not None:
            self._sheet.set_row(0, TITLE_POINTS)
            self._sheet.write_string(0, 0, _cell_text(title), look.title)
        heading = look.heading(color)
        self._sheet.set_row(self._top, LINE_POINTS * max(_lines(bilingual(*c.heading), c.width) for c in columns))
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width, look.cells[column.kind], {"hidden": column.is_hidden})
            self._sheet.write_string(self._top, place, bilingual(*column.heading), heading)
        self._sheet.freeze_panes(self._top + 1, 0)
        set_up_print(self._sheet, f"{name}  {today}", self._top)

    def offer(self, column: Column, source: str) -> None:
        """A drop-down list in every cell of a column."""
        place = self.columns.index(column)
        self._sheet.data_validation(
            self._top + 1, place, LAST_ROW, place,
            {"validate": "list", "source": source, "error_title": bilingual("Result", "结果"),
             "error_message": bilingual("Choose one of the list, or leave it empty.", "请从列表中选择，或留空。")},
        )  # fmt: skip

    def write(self, row: Row, is_marked: bool = False, leads_to: str | None = None) -> None:
        """A row; leads_to: the sheet that its first cell is a link to."""
        if self._top + self.rows == LAST_ROW:
            return  # the list as CSV and Parquet holds them all
        self.rows += 1
        at = self._top + self.rows
        values = [column.value(row) for column in self.columns]
        shown = [_lines(v, c.width) for v, c in zip(values, self.columns, strict=True) if not c.is_hidden]
        self._sheet.set_row(at, LINE_POINTS * max(shown))
        formats = self._look.marked if is_marked else self._look.cells
        for place, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            shape = formats[column.kind]
            if value is None:
                if is_marked:
                    self._sheet.write_blank(at, place, None, shape)
            elif place == 0 and leads_to is not None:
                self._sheet.write_url(at, place, _link(leads_to), self._look.link, _cell_text(value))
            elif column.kind == "date":
                self._sheet.write_datetime(at, place, value, shape)
            elif column.kind == "number":
                self._sheet.write_number(at, place, value, shape)
            else:
                self._sheet.write_string(at, place, _cell_text(value), shape)

    def finish(self) -> None:
        self._sheet.autofilter(self._top, 0, self._top + self.rows, len(self.columns) - 1)


def _link(sheet: str) -> str:
    name = sheet.replace("'", "''")
    return f"internal:'{name}'!A1"


@lru_cache(maxsize=4096)  # labels, days and empty cells come again and again
def _lines(value: Value, width: int) -> int:
    """Lines that a cell's text takes, with room for words that do not fit; Chinese characters are two wide.

    Not every program fits a row to its text on opening, so rows come with their height.
    """
    lines = 0
    for line in str(value or "").split("\n"):
        wide = len(line) if line.isascii() else sum(2 if east_asian_width(c) in "WF" else 1 for c in line)
        lines += 1 if wide <= width else -(-wide * 10 // (width * 9))
    return lines


def _cell_text(value: Value) -> str:
    return _NOT_IN_XML.sub("", str(value))[:CELL_CHARACTERS]


def set_up_print(sheet: Worksheet, title: str, head_row: int = 0) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, head_row)
    sheet.set_margins(0.4, 0.4, 0.7, 0.6)
    said = title.replace("&", "&&")  # a single one begins a code
    sheet.set_header(f"&L{said}")
    sheet.set_footer("&C&P / &N")
