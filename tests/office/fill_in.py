"""Fills in an operator's workbook by LibreOffice; run by the system's Python, which has LibreOffice's module uno.

fill_in.py PIPE SOURCE TARGET FILLED: opens SOURCE in the LibreOffice that listens on PIPE, fills the first sheet's rows
in, saves as TARGET (xlsx) and ends LibreOffice. FILLED: JSON, schedule id -> heading -> text or number.
Prints as JSON what LibreOffice sees: sheets, headings, hidden columns, formulas and the choices of the column Result.
"""

import json
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

START_SECONDS = 60
SCHEDULE, RESULT = "Schedule ID 排期编号", "Result 结果"


def desktop_on(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    began = time.monotonic()
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            if time.monotonic() - began > START_SECONDS:
                raise
            time.sleep(0.2)


def options(**values):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def used(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    return cursor.RangeAddress.EndColumn + 1, cursor.RangeAddress.EndRow + 1


def fill(sheet, filled):
    columns, rows = used(sheet)
    headings = [sheet.getCellByPosition(place, 0).String for place in range(columns)]
    for row in range(1, rows):
        schedule_id = sheet.getCellByPosition(headings.index(SCHEDULE), row).String
        for heading, value in filled.get(schedule_id, {}).items():
            cell = sheet.getCellByPosition(headings.index(heading), row)
            if isinstance(value, str):
                cell.String = value
            else:
                cell.Value = value
    return headings


def choices(document, sheet, headings):
    """The labels that the drop-down list of the first row's result offers."""
    validation = sheet.getCellByPosition(headings.index(RESULT), 1).Validation
    assert validation.Type.value == "LIST"
    name, _, area = validation.getFormula1().lstrip("$").replace("'", "").rpartition(".")
    return [text for (text,) in document.Sheets.getByName(name).getCellRangeByName(area.replace("$", "")).DataArray]


def seen(document, sheet, headings):
    columns, rows = used(sheet)
    cells = [sheet.getCellByPosition(column, row) for column in range(columns) for row in range(rows)]
    return {
        "sheets": list(document.Sheets.ElementNames),
        "headings": headings,
        "hidden": [name for place, name in enumerate(headings) if not sheet.Columns.getByIndex(place).IsVisible],
        "formulas": [cell.Formula for cell in cells if cell.Type.value == "FORMULA"],
        "choices": choices(document, sheet, headings),
    }


def main(pipe, source, target, filled):
    desktop = desktop_on(pipe)
    document = desktop.loadComponentFromURL(Path(source).absolute().as_uri(), "_blank", 0, options(Hidden=True))
    sheet = document.Sheets.getByIndex(0)
    headings = fill(sheet, json.loads(filled))
    print(json.dumps(seen(document, sheet, headings), ensure_ascii=False))
    document.storeToURL(Path(target).absolute().as_uri(), options(FilterName="Calc MS Excel 2007 XML"))
    document.close(True)
    desktop.terminate()


main(*sys.argv[1:])
