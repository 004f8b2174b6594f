"""One landing file as an SQL relation: its source columns, `_row` and `_unreadable`.

CSV and JSONL are read as text and typed later, so that ids keep leading zeros and offsets are not lost.
"""

import codecs
import csv
import gzip
from dataclasses import dataclass

import duckdb
from duckdb_extensions import import_extension

from muster.errors import MusterError
from muster.landing.expressions import literal, quoted
from muster.landing.files import LandingFile
from muster.landing.mapping import FILE_NAME, FeedMapping

DELIMITERS = ",;\t|"
MAX_LINE_BYTES = 16 * 1024 * 1024
UTF8 = ("utf-8", "utf8")


@dataclass(frozen=True)
class Readable:
    """A file that can be read. `columns`: source column -> DuckDB type; `relation`: an SQL select."""

    file: LandingFile
    columns: dict[str, str]
    relation: str


def load_extensions(connection: duckdb.DuckDBPyConnection, files: list[LandingFile], part: FeedMapping) -> None:
    """Load what these files need from the installed packages, before the connection is locked."""
    if part.encoding not in UTF8:
        import_extension("encodings", con=connection)
        connection.load_extension("encodings")
    if any(f.kind == "xlsx" for f in files):
        import_extension("excel", con=connection)
        connection.load_extension("excel")


def inspect(connection: duckdb.DuckDBPyConnection, file: LandingFile, part: FeedMapping) -> Readable:
    """Look at one file's columns; MusterError where it cannot be read at all."""
    reader = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet, "xlsx": _xlsx}[file.kind]
    if file.size == 0:
        raise unreadable(file, "the file is empty (0 bytes)", "send it again, or take it out of the landing zone")
    try:
        return reader(connection, file, part)
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
    return f"cannot be read ({text.split(':', 1)[0]})"


def _csv(connection: duckdb.DuckDBPyConnection, file: LandingFile, part: FeedMapping) -> Readable:
    header = _csv_header(file, part)
    delimiter = part.delimiter or max(DELIMITERS, key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    names = [name.strip() or f"column{i}" for i, name in enumerate(names, 1)]
    twice = sorted({name for name in names if [n.lower() for n in names].count(name.lower()) > 1})
    if twice:
        raise unreadable(file, f"the header names the column `{twice[0]}` twice", "give every column its own name")
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    relation = f"""
        select row_number() over () as _row, false as _unreadable, *
        from read_csv({literal(str(file.absolute))}, auto_detect = false, header = true, nullstr = '',
            delim = {literal(delimiter)}, quote = '"', escape = '"', columns = {{{columns}}},
            encoding = {literal(part.encoding)}, max_line_size = {MAX_LINE_BYTES},
            compression = {literal("gzip" if file.path.lower().endswith(".gz") else "none")},
            ignore_errors = true, store_rejects = true, rejects_limit = 0)"""
    return Readable(file, dict.fromkeys(names, "VARCHAR"), relation)


def _csv_header(file: LandingFile, part: FeedMapping) -> str:
    opened = gzip.open if file.path.lower().endswith(".gz") else open
    encoding = "utf-8-sig" if part.encoding in UTF8 else part.encoding
    try:
        codecs.lookup(encoding)
        with opened(file.absolute, "rt", encoding=encoding, newline="") as stream:
            header = stream.readline(MAX_LINE_BYTES)
    except LookupError as error:
        raise MusterError(f"{FILE_NAME}: feeds.{file.feed}.encoding `{part.encoding}` is unknown") from error
    except UnicodeDecodeError as error:
        raise wrong_encoding(file, part) from error
    except (OSError, EOFError) as error:
        raise unreadable(file, "no whole gzip file (cut off, or another format)") from error
    if not header.strip():
        raise unreadable(file, "the file has no header line", "the first line must name the columns")
    return header.rstrip("\r\n")


def wrong_encoding(file: LandingFile, part: FeedMapping, rows: int | None = None) -> MusterError:
    """The error for text that is not in the encoding that the mapping says."""
    count = f" ({rows} rows)" if rows else ""
    return unreadable(
        file,
        f"is not {part.encoding.upper()} text{count}",
        f"save it as UTF-8, or say what it is in {FILE_NAME}: feeds.{file.feed}.encoding, for example gb18030",
    )


def _jsonl(connection: duckdb.DuckDBPyConnection, file: LandingFile, part: FeedMapping) -> Readable:
    objects = f"""read_ndjson_objects({literal(str(file.absolute))}, ignore_errors = true,
        maximum_object_size = {MAX_LINE_BYTES})"""
    names = [
        name
        for (name,) in connection.execute(
            f"""select distinct unnest(json_keys(json)) as name from {objects}
                where json_type(json) = 'OBJECT' order by name"""
        ).fetchall()
    ]
    values = "".join(f", json_extract_string(json, {literal('$.' + quoted(name))}) as {quoted(name)}" for name in names)
    relation = f"""
        select row_number() over () as _row, coalesce(json_type(json) <> 'OBJECT', true) as _unreadable{values}
        from {objects}"""
    return Readable(file, dict.fromkeys(names, "VARCHAR"), relation)


def _parquet(connection: duckdb.DuckDBPyConnection, file: LandingFile, part: FeedMapping) -> Readable:
    source = f"read_parquet({literal(str(file.absolute))}, hive_partitioning = false"
    described = connection.execute(f"describe select * from {source})").fetchall()
    columns = {name: kind for name, kind, *_ in described}
    chosen = "".join(f", {quoted(name)}" for name in columns)
    relation = f"""
        select file_row_number + 1 as _row, false as _unreadable{chosen}
        from {source}, file_row_number = true)"""
    return Readable(file, columns, relation)


def _xlsx(connection: duckdb.DuckDBPyConnection, file: LandingFile, part: FeedMapping) -> Readable:
    source = f"read_xlsx({literal(str(file.absolute))}, header = true, empty_as_varchar = true)"
    columns = {name: kind for name, kind, *_ in connection.execute(f"describe select * from {source}").fetchall()}
    relation = f"""
        select row_number() over () as _row, false as _unreadable, * from {source}"""
    return Readable(file, columns, relation)


def source_text(readable: Readable) -> str:
    """An SQL select of `_row` and the row's own text as JSON (for the private vault only)."""
    pairs = ", ".join(f"{literal(name)}, {quoted(name)}" for name in readable.columns)
    return f"select _row, json_object({pairs})::varchar as text from ({readable.relation})"
