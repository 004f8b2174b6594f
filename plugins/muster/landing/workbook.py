"""Excel workbooks as the landing zone reads them: their sheets, and the headings of those that operators fill in."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from muster.landing.expressions import literal, quoted
from muster.landing.synonyms import plain

# Column of the feed contacts (planned_date aside) -> its heading in an operator's workbook, English and Chinese.
HEADINGS: dict[str, tuple[str, str]] = {
    "contact_id": ("Schedule ID", "排期编号"),
    "user_id": ("User ID", "用户编号"),
    "planned_date": ("Planned date", "计划日期"),
    "contacted_at": ("Contacted at", "实际联系时间"),
    "channel": ("Channel code", "渠道代码"),
    "purpose": ("Purpose code", "目的代码"),
    "account_id": ("Account", "账号"),
    "operator_id": ("Operator", "运营"),
    "result": ("Result", "结果"),
}
_NEEDED = {"contact_id", "user_id", "planned_date", "channel", "result"}
MAX_INDEX_BYTES = 16 * 1024 * 1024


class NoWorkbookError(ValueError):
    """The file is no workbook that can be read; the text says why."""


def bilingual(english: str, chinese: str) -> str:
    """Both languages as a workbook shows them."""
    return f"{english} {chinese}"


_MEANT = {
    plain(spelling): column
    for column, (english, chinese) in HEADINGS.items()
    for spelling in (english, chinese, bilingual(english, chinese))
}


def sheet_names(path: Path) -> list[str]:
    """The names of a workbook's sheets, in their order; NoWorkbookError where it is none, or counts days from 1904."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as part:
            # expat resolves nothing from outside and stops entities that multiply
            index = ElementTree.fromstring(part.read(MAX_INDEX_BYTES))  # noqa: S314
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, RuntimeError, ElementTree.ParseError) as error:
        raise NoWorkbookError("no whole Excel workbook (cut off, another format, or locked by a password)") from error
    found = {child.tag.rpartition("}")[2]: child for child in index}
    if "workbookPr" in found and found["workbookPr"].get("date1904") in ("1", "true"):
        raise NoWorkbookError("its dates count from 1904, four years off")
    return [sheet.get("name", "") for sheet in found.get("sheets", ())]


def cells(path: Path, sheet: str) -> str:
    """SQL of a sheet's rows as text, the headings first, under the names of the first row's cells: A1, B1, ..."""
    return (
        f"read_xlsx({literal(str(path))}, sheet = {literal(sheet)}, header = false, all_varchar = true, "
        "stop_at_empty = false)"
    )


def own_columns(headings: Sequence[str | None]) -> dict[str, int] | None:
    """Column -> place of its heading, where these are the headings of an operator's workbook; else None."""
    found: dict[str, int] = {}
    for place, name in enumerate(headings):
        column = _MEANT.get(plain(name or ""))
        if column:
            found.setdefault(column, place)
    return found if found.keys() >= _NEEDED else None


def contacted_at(filled: str, planned: str) -> str:
    """SQL (over casts.MACROS) of when an operator says to have contacted: a time, a date, both, or else as planned."""
    said, day = f"translate(plain_text({filled}), '：', ':')", f"local_timestamp(cell_time({planned}), 'UTC')::date"
    return f"""case
        when regexp_matches({said}, '^0?[.][0-9]+$')
            then strftime({day} + to_seconds(round(try_cast({said} as double) * 86400)), '%Y-%m-%d %H:%M:%S')
        when regexp_matches({said}, '^[0-9]{{1,2}}:[0-9]{{2}}(:[0-9]{{2}})?$') then {day}::varchar || ' ' || {said}
        when local_timestamp(cell_time({said}), 'UTC') is not null then {said}
        else {planned} end"""


def own_relation(rows: str, cell: dict[str, str]) -> tuple[list[str], str]:
    """The canonical columns of an operator's workbook and SQL of them over `rows`; cell: column -> its name there."""
    filled = quoted(cell["contacted_at"]) if "contacted_at" in cell else "null::varchar"
    columns = {name: quoted(found) for name, found in cell.items() if name not in ("contacted_at", "planned_date")}
    columns["contacted_at"] = contacted_at(filled, quoted(cell["planned_date"]))
    chosen = ", ".join(f"{sql} as {name}" for name, sql in columns.items())
    return list(columns), f"select _row, _unreadable, {chosen} from ({rows})"
