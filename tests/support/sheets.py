"""Workbooks that a test writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

Cell = str | int | float | datetime | None


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Cell]]], **options: object) -> Path:
    """Write a workbook of these sheets' rows, with _SUCCESS beside it; a datetime becomes a formatted serial number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "_SUCCESS").touch()
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False, **options}) as book:
        dated = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if isinstance(value, datetime):
                        sheet.write_datetime(r, c, value, dated)
                    elif value is not None:
                        sheet.write(r, c, value)
    return path
