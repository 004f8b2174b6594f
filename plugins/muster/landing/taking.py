"""Takes landing files in: typed rows into one staged Parquet part, bad rows marked with their reason."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from muster.landing import casts, handles, reading
from muster.landing.expressions import literal
from muster.landing.feeds import HANDLE_TYPES, SQL_TYPES, Column, Feed
from muster.landing.files import LandingFile
from muster.landing.mapping import FeedMapping, Mapping
from muster.landing.typed_rows import typed_select

# The folders are private until the night is published: no temporary name is needed.
SCRATCH = "scratch"
PARQUET = "format parquet, compression zstd, use_tmp_file false"


@dataclass(frozen=True)
class Destination:
    """Where one part goes. `part`: its name in the lake; the private files hold plain values (0600)."""

    staged: Path
    private: Path
    part: str
    key: bytes

    @property
    def rows(self) -> Path:
        return self.staged / self.part

    @property
    def rejects(self) -> Path:
        return self.staged / self.rejects_part

    @property
    def renumbered(self) -> Path:
        return self.rows.with_suffix(".renumbered")

    @property
    def rejects_part(self) -> str:
        return self.part.replace(".parquet", "-unreadable.parquet")

    def private_file(self, kind: str) -> Path:
        return self.private / kind / self.part.replace("/", "-")


@dataclass
class Taken:
    """What was found in a part's files: per landing path the rows and reasons, and handles without use."""

    rows: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    unusable_handles: dict[str, int] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    parts: list[str] = field(default_factory=list)

    def quarantined(self, path: str) -> int:
        return sum(self.reasons.get(path, {}).values())


@contextmanager
def ingest_connection(
    files: list[LandingFile], mapping: Mapping, feed: Feed, destination: Destination
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB that can reach these landing files and this part's own files, and nothing else."""
    scratch = handles.private_folder(destination.private / SCRATCH)
    outputs = [destination.rows, destination.renumbered, destination.rejects]
    outputs += [destination.private_file(kind) for kind in (handles.HANDLES, "quarantine")]
    for output in outputs:
        output.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        reading.load_extensions(connection, files)
        handles.register(connection, destination.key, mapping.phone_region)
        connection.execute(casts.MACROS)
        connection.execute("set threads = ?", [os.cpu_count() or 1])
        connection.execute("set enable_progress_bar = false")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set temp_directory = ?", [str(scratch)])
        connection.execute("set allowed_paths = ?", [[str(p) for p in (*(f.absolute for f in files), *outputs)]])
        connection.execute("set allowed_directories = ?", [[str(scratch)]])
        for setting in (
            "autoinstall_known_extensions = false", "autoload_known_extensions = false",
            "enable_external_access = false", "lock_configuration = true",
        ):  # fmt: skip
            connection.execute(f"set {setting}")
        yield connection


def take_in(
    files: list[LandingFile], feed: Feed, mapping: Mapping, destination: Destination, known_columns: set[str]
) -> Taken:
    """Read `files`, type their rows into one part.

    known_columns: source columns that earlier files of the feed had; a file may lack one of them.
    MusterError names the file where it cannot be read or lacks a required column.
    """
    with ingest_connection(files, mapping, feed, destination) as connection:
        scratch = destination.private / SCRATCH
        readables = [reading.inspect(connection, file, mapping.feed(feed.name), scratch) for file in files]
        taken = Taken(columns={name for r in readables for name in r.columns}, parts=[destination.part])
        selects = [typed_select(r, feed, mapping, taken.columns | known_columns) for r in readables]
        _write_rows(connection, feed, readables, selects, destination, taken)
        _find_rejects(connection, mapping.feed(feed.name), readables, taken)
        _write_private_text(connection, readables, destination, taken)
        _write_rejects(connection, feed, destination, taken)
    return taken


def lake_columns(feed: Feed) -> list[tuple[str, str]]:
    """The (name, DuckDB type) pairs of the feed's rows in the lake."""
    return [(column.lake_name, SQL_TYPES[column.type]) for column in feed.columns] + [
        ("business_date", "DATE"), ("_file", "VARCHAR"), ("_row", "BIGINT"),
        ("_reason", "VARCHAR"), ("_reason_column", "VARCHAR"),
    ]  # fmt: skip


def _write_rows(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    readables: list[reading.Readable],
    selects: list[str],
    destination: Destination,
    taken: Taken,
) -> None:
    typed = " union all ".join(selects)
    hashed = [column for column in feed.columns if column.type in HANDLE_TYPES]
    if hashed:
        _execute(connection, f"create temp table typed as {typed}", readables)
        typed = "select * from typed"
    chosen = ", ".join(
        f"handle_hash('{c.type}', {c.name}) as {c.lake_name}" if c in hashed else c.name for c in feed.columns
    )
    dated = f"cast({feed.dated_by} as date)" if feed.dated_by else "null::date"
    _execute(
        connection,
        f"""copy (
            select {chosen}, {dated} as business_date, _file, _row,
                split_part(_fault, ':', 1) as _reason, nullif(split_part(_fault, ':', 2), '') as _reason_column
            from ({typed})
        ) to {literal(str(destination.rows))} ({PARQUET})""",
        readables,
    )
    for column in hashed:
        unusable = connection.execute(f"select count_if(unusable_{column.name}) from typed").fetchone()[0]
        if unusable:
            taken.unusable_handles[column.name] = unusable
    if feed.name == "users":
        _write_handles(connection, hashed, destination)
    counts = connection.execute(
        f"""select _file, _reason, _reason_column, count(*)
            from read_parquet({literal(str(destination.rows))}) group by all"""
    ).fetchall()
    taken.rows = {r.file.path: 0 for r in readables}
    for path, reason, column, count in counts:
        taken.rows[path] += count
        if reason:
            taken.reasons.setdefault(path, {})[reason, column or ""] = count


def _write_handles(connection: duckdb.DuckDBPyConnection, hashed: list[Column], destination: Destination) -> None:
    """The vault's part: kind, hash and plain handle, once each."""
    selects = " union ".join(
        f"select '{c.type}' as kind, handle_hash('{c.type}', {c.name}) as hash, {c.name} as plain "
        f"from typed where {c.name} is not null and _fault is null"
        for c in hashed
    )
    _copy_private(
        connection, f"select * from ({selects}) order by kind, hash", destination.private_file(handles.HANDLES)
    )


def _find_rejects(
    connection: duckdb.DuckDBPyConnection, part: FeedMapping, readables: list[reading.Readable], taken: Taken
) -> None:
    """Table `rejected`: rows that the CSV reader could not split into columns. It leaves them out and does not
    count them, so table `shifts` says by how much the numbers of the readable rows after them are too small.
    """
    connection.execute("create temp table rejected (_file varchar, _row bigint, text varchar)")
    by_path = {str(r.path): r.file for r in readables}
    found = []
    if any(r.file.kind in ("csv", "jsonl") for r in readables):  # else there is no table of errors
        found = connection.execute(
            """select file_path, line - 1, any_value(error_type::varchar),
                any_value(trim(coalesce(csv_line, ''), chr(10) || chr(13)))
            from reject_errors join reject_scans using (scan_id, file_id)
            group by file_path, line order by 1, 2"""
        ).fetchall()
    for path, row, error, text in found:
        if "ENCODING" in error or "UNICODE" in error:
            raise reading.wrong_encoding(by_path[path], part, row)
        if "QUOTE" in error and "\n" in text:
            raise reading.open_quote(by_path[path], row, text.count("\n"))
        reasons = taken.reasons.setdefault(by_path[path].path, {})
        reasons["unreadable_row", ""] = reasons.get(("unreadable_row", ""), 0) + 1
        taken.rows[by_path[path].path] += 1
    if found:
        rows = [(by_path[path].path, row, text) for path, row, _, text in found]
        connection.executemany("insert into rejected values (?, ?, ?)", rows)
    connection.execute(
        """create temp table shifts as
           select _file, _row - nth as rows_before, max(nth) as shift
           from (select _file, _row, row_number() over (partition by _file order by _row) as nth from rejected)
           group by all"""
    )


def _renumbered(rows: str) -> str:
    """SQL of `rows` with each row's number in its file, rejected rows counted."""
    return f"""select numbered.* replace (numbered._row + coalesce(shifts.shift, 0) as _row)
        from ({rows}) as numbered
        asof left join shifts on numbered._file = shifts._file and numbered._row > shifts.rows_before"""


def _write_rejects(connection: duckdb.DuckDBPyConnection, feed: Feed, destination: Destination, taken: Taken) -> None:
    """The rejected rows as a part of their own; the others' rows get their numbers."""
    if not connection.execute("select count(*) from rejected").fetchone()[0]:
        return
    nulls = ", ".join(f"null::{kind} as {name}" for name, kind in lake_columns(feed)[:-4])
    connection.execute(
        f"""copy (select {nulls}, _file, _row, 'unreadable_row' as _reason, null::varchar as _reason_column
            from rejected order by _file, _row) to {literal(str(destination.rejects))} ({PARQUET})"""
    )
    taken.parts.append(destination.rejects_part)
    rows = f"select * from read_parquet({literal(str(destination.rows))})"
    connection.execute(f"copy ({_renumbered(rows)}) to {literal(str(destination.renumbered))} ({PARQUET})")
    destination.renumbered.replace(destination.rows)


def _write_private_text(
    connection: duckdb.DuckDBPyConnection,
    readables: list[reading.Readable],
    destination: Destination,
    taken: Taken,
) -> None:
    """The bad rows' own text, readable by the owner only."""
    bad = f"select _file, _row from read_parquet({literal(str(destination.rows))}) where _reason is not null"
    selects = [
        f"""select {literal(r.file.path)} as _file, _row, text from ({reading.source_text(r)})
            where _row in (select _row from ({bad}) where _file = {literal(r.file.path)})"""
        for r in readables
        if any(reason != "unreadable_row" or r.file.kind != "csv" for reason, _ in taken.reasons.get(r.file.path, {}))
    ]
    rows = f"{_renumbered(' union all '.join(selects))} union all " if selects else ""
    if selects or taken.reasons:
        _copy_private(
            connection,
            f"select _file as file, _row as row, text from ({rows}select _file, _row, text from rejected)",
            destination.private_file("quarantine"),
        )


def _copy_private(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    path.touch(mode=0o600)
    connection.execute(f"copy ({select}) to {literal(str(path))} ({PARQUET})")
    path.chmod(0o600)


def _execute(connection: duckdb.DuckDBPyConnection, sql: str, readables: list[reading.Readable]) -> None:
    """Run the statement that reads the files; on failure find out which file it was."""
    try:
        connection.execute(sql)
    except duckdb.Error:
        for readable in readables:
            try:
                connection.execute(f"select max(hash(source)) from ({readable.relation}) as source")
            except duckdb.Error as cause:
                raise reading.unreadable(readable.file, reading.reason(cause)) from cause
        raise
