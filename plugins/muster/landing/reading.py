"""One landing file as an SQL relation: its source columns, `_row` and `_unreadable`.

CSV, JSONL and workbooks are read as text and typed later, so that ids keep leading zeros and offsets are not lost.
"""

import csv
import gzip
import io
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb
from duckdb_extensions import import_extension

from muster.errors import MusterError
from muster.landing import workbook
from muster.landing.expressions import literal, quoted, referenced_columns
from muster.landing.feeds import FEEDS
from muster.landing.files import LandingFile
from muster.landing.mapping import FILE_NAME, FeedMapping

DELIMITERS = ",;\t|"
MAX_LINE_BYTES = 16 * 1024 * 1024
READ_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Readable:
    """A file that can be read. `columns`: source column -> DuckDB type; `relation`: an SQL select.

    text: SQL of a row's own text over `relation`, where it is not the columns as JSON. copy: the file as UTF-8, where
    it is something else; it is removed when nothing holds it any more. is_canonical: the columns have the feed's own
    names and meaning, so that no mapping holds for them.
    """

    file: LandingFile
    columns: dict[str, str]
    relation: str
    text: str | None = None
    copy: "Utf8Copy | None" = None
    is_canonical: bool = False

    @property
    def path(self) -> Path:
        """What DuckDB opens."""
        return self.copy.path if self.copy else self.file.absolute


class Utf8Copy:
    """A text file in UTF-8, in a folder of its own that goes with this object."""

    def __init__(self, file: LandingFile, part: FeedMapping, scratch: Path | None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="utf8-", dir=scratch)
        self.path = Path(self._folder.name) / "copy"
        try:
            with _opened(file) as source, self.path.open("w", encoding="utf-8", newline="") as target:
                text = io.TextIOWrapper(source, encoding=part.encoding, newline="")
                while piece := text.read(READ_AT_ONCE):
                    target.write(piece)
        except UnicodeError as error:
            raise wrong_encoding(file, part) from error


def load_extensions(connection: duckdb.DuckDBPyConnection, files: list[LandingFile]) -> None:
    """Load what these files need from the installed packages, before the connection is locked."""
    if any(f.kind == "xlsx" for f in files):
        import_extension("excel", con=connection)
        connection.load_extension("excel")


def inspect(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, part: FeedMapping, scratch: Path | None = None
) -> Readable:
    """Look at one file's columns; MusterError where it cannot be read at all.

    scratch: a private folder for the copy of a file that is not UTF-8; without one the machine's own.
    """
    if file.size == 0:
        raise unreadable(file, "the file is empty (0 bytes)", "send it again, or take it out of the landing zone")
    if _is_gzip(file):
        _check_whole_gzip(file)
    try:
        if file.kind == "parquet":
            return _parquet(connection, file)
        if file.kind == "xlsx":
            return _xlsx(connection, file, part)
        copy = None if part.encoding == "utf-8" else Utf8Copy(file, part, scratch)
        return (_csv if file.kind == "csv" else _jsonl)(connection, file, part, copy)
    except duckdb.Error as error:
        raise unreadable(file, reason(error)) from error


def unreadable(file: LandingFile, reason: str, hint: str = "send the file again, whole") -> MusterError:
    """The error for a file that cannot be read."""
    return MusterError(f"{file.path}: {reason}", hint)


def reason(error: duckdb.Error) -> str:
    """What DuckDB said, without the parts that may quote the file's content."""
    text = str(error).replace("\n", " ")
    if "No magic bytes" in text or "too small to be a Parquet" in text or "metadata" in text.lower():
        return "no whole Parquet file (cut off, or another format)"
    if "Failed to read file" in text or "decompress" in text.lower():
        return "damaged: a part of it cannot be unpacked"
    return f"cannot be read ({text.split(':', 1)[0]})"


def _is_gzip(file: LandingFile) -> bool:
    return file.path.lower().endswith(".gz")


def _check_whole_gzip(file: LandingFile) -> None:
    """DuckDB reads a gzip file that was cut off as far as it goes, without a word."""
    try:
        with _opened(file) as stream:
            while stream.read(READ_AT_ONCE):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(file, "no whole gzip file (cut off, damaged, or another format)") from error


def _opened(file: LandingFile) -> BinaryIO:
    return gzip.open(file.absolute) if _is_gzip(file) else file.absolute.open("rb")


def _csv(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, part: FeedMapping, copy: Utf8Copy | None
) -> Readable:
    header = _csv_header(file, part, copy)
    delimiter = part.delimiter or max(DELIMITERS, key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    names = [name.strip() or f"column{i}" for i, name in enumerate(names, 1)]
    _no_name_twice(file, names)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    relation = f"""
        select row_number() over () as _row, false as _unreadable, *
        from read_csv({_text_options(file, copy)}, header = true, nullstr = '', delim = {literal(delimiter)},
            quote = '"', escape = '"', columns = {{{columns}}}, store_rejects = true, rejects_limit = 0)"""
    return Readable(file, dict.fromkeys(names, "VARCHAR"), relation, copy=copy)


def _no_name_twice(file: LandingFile, names: list[str]) -> None:
    twice = sorted({name for name in names if [n.lower() for n in names].count(name.lower()) > 1})
    if twice:
        raise unreadable(file, f"the header names the column `{twice[0]}` twice", "give every column its own name")


def _text_options(file: LandingFile, copy: Utf8Copy | None) -> str:
    path, compression = (copy.path, "none") if copy else (file.absolute, "gzip" if _is_gzip(file) else "none")
    return f"""{literal(str(path))}, auto_detect = false, hive_partitioning = false, encoding = 'utf-8',
            max_line_size = {MAX_LINE_BYTES}, compression = {literal(compression)}, ignore_errors = true"""


def _csv_header(file: LandingFile, part: FeedMapping, copy: Utf8Copy | None) -> str:
    try:
        with copy.path.open("rb") if copy else _opened(file) as stream:
            header = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="").readline(MAX_LINE_BYTES)
    except UnicodeError as error:
        raise wrong_encoding(file, part) from error
    if not header.strip():
        raise unreadable(file, "the file has no header line", "the first line must name the columns")
    return header.rstrip("\r\n")


def open_quote(file: LandingFile, row: int, lines: int) -> MusterError:
    """The error for a quotation mark that takes the lines after it into one value: they cannot be told apart."""
    return unreadable(
        file,
        f"a quotation mark in row {row} is not closed in its place and swallows {lines} line(s) after it",
        'write a quotation mark inside a value twice ("") and put the value in quotation marks, or save as JSONL',
    )


def wrong_encoding(file: LandingFile, part: FeedMapping, row: int | None = None) -> MusterError:
    """The error for text that is not in the encoding that the mapping says."""
    where = f" (first seen in row {row})" if row else ""
    return unreadable(
        file,
        f"is not {part.encoding.upper()} text{where}",
        f"save it as UTF-8, or say what it is in {FILE_NAME}: feeds.{file.feed}.encoding, for example gb18030",
    )


def _jsonl(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, part: FeedMapping, copy: Utf8Copy | None
) -> Readable:
    # Read as a CSV of one column, line by line: unlike DuckDB's JSON reader it keeps the text of a bad line.
    lines = f"""
        select row_number() over () as _row, line, case when json_valid(line) then line end as json
        from read_csv({_text_options(file, copy)}, header = false, delim = chr(1), quote = '', escape = '',
            strict_mode = false, columns = {{line: 'VARCHAR'}}, store_rejects = true, rejects_limit = 0)"""
    names = [
        name
        for (name,) in connection.execute(
            f"""select distinct unnest(json_keys(json)) as name from ({lines})
                where json_type(json) = 'OBJECT' order by name"""
        ).fetchall()
        if name
    ]
    if not names:
        raise unreadable(file, "holds no JSON object", 'one object a line, for example {"order_id": "1", ...}')
    values = "".join(f", json_extract_string(json, {literal(_pointer(name))}) as {quoted(name)}" for name in names)
    relation = f"""
        select _row, coalesce(json_type(json) <> 'OBJECT', true) as _unreadable, line as _text{values}
        from ({lines}) where trim(line) <> ''"""
    return Readable(file, dict.fromkeys(names, "VARCHAR"), relation, "_text", copy)


def _pointer(key: str) -> str:
    """A JSON pointer to a key of any spelling."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _parquet(connection: duckdb.DuckDBPyConnection, file: LandingFile) -> Readable:
    source = f"read_parquet({literal(str(file.absolute))}, hive_partitioning = false"
    described = connection.execute(f"describe select * from {source})").fetchall()
    columns = {name: kind for name, kind, *_ in described}
    chosen = "".join(f", {quoted(name)}" for name in columns)
    relation = f"""
        select file_row_number + 1 as _row, false as _unreadable{chosen}
        from {source}, file_row_number = true)"""
    return Readable(file, columns, relation)


def _xlsx(connection: duckdb.DuckDBPyConnection, file: LandingFile, part: FeedMapping) -> Readable:
    """An operator's sheet, else the first one with the feed's columns, else the first one that is not empty."""
    try:
        names = workbook.sheet_names(file.absolute)
    except workbook.NoWorkbookError as error:
        raise unreadable(file, str(error), "save it as an Excel workbook (.xlsx) once more") from error
    sheets = [_sheet(connection, file, name) for name in names]
    filled = [sheet for sheet in sheets if any(sheet.headings)]
    if not filled:
        raise unreadable(file, "no sheet has anything in it", "the first line must name the columns")
    for sheet in filled:
        if own := workbook.own_columns(sheet.headings):
            columns, relation = workbook.own_relation(sheet.rows, {name: sheet.cells[i] for name, i in own.items()})
            return Readable(file, dict.fromkeys(columns, "VARCHAR"), relation, is_canonical=True)
    sheet = next((s for s in filled if _has_required(s.headings, file, part)), filled[0])
    named = [name.strip() if name else f"column{i}" for i, name in enumerate(sheet.headings, 1)]
    _no_name_twice(file, named)
    chosen = ", ".join(f"{cell} as {quoted(name)}" for cell, name in zip(sheet.cells, named, strict=True))
    relation = f"select _row, _unreadable, {chosen} from ({sheet.rows})"
    return Readable(file, dict.fromkeys(named, "VARCHAR"), relation)


@dataclass(frozen=True)
class _Sheet:
    """One sheet. cells: the names of the columns of `rows`, an SQL select of `_row`, `_unreadable` and those."""

    headings: list[str | None]
    cells: list[str]
    rows: str


def _sheet(connection: duckdb.DuckDBPyConnection, file: LandingFile, name: str) -> _Sheet:
    source = workbook.cells(file.absolute, name)
    try:
        first = connection.execute(f"from {source} limit 1")
    except duckdb.BinderException:  # it holds no cells, or is a picture
        return _Sheet([], [], "")
    cells = [column for column, *_ in first.description]
    blank = " and ".join(f"{cell} is null" for cell in cells)
    rows = f"""select * from (select row_number() over () - 1 as _row, false as _unreadable, * from {source})
        where _row > 0 and not ({blank})"""
    return _Sheet(list(first.fetchone() or ()), cells, rows)


def _has_required(headings: list[str | None], file: LandingFile, part: FeedMapping) -> bool:
    """Whether a sheet with these headings has what the feed needs, by its own names or by the mapping."""
    there = {(name or "").strip().lower() for name in headings}

    def found(column: str) -> bool:
        source = part.columns.get(column)
        if source is None:
            return column in there
        named = {"column": {source.text}, "value": set()}.get(source.kind)
        named = referenced_columns(column, source.text) if named is None else named
        return {name.lower() for name in named} <= there

    return file.feed in FEEDS and all(found(column.name) for column in FEEDS[file.feed].required)


def source_text(readable: Readable) -> str:
    """An SQL select of `_row` and the row's own text as JSON (for the private vault only)."""
    pairs = ", ".join(f"{literal(name)}, {quoted(name)}" for name in readable.columns)
    text = readable.text or f"json_object({pairs})::varchar"
    return f"select _row, {text} as text from ({readable.relation})"
