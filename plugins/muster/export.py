"""Lists as CSV (UTF-8 with BOM, safe to open in a spreadsheet) and Parquet, the same bytes for the same night.

Tables hold hashes of phone numbers and chat ids; here, and nowhere else, the plain ones take their place.
"""

import os
import shutil
from pathlib import Path

import duckdb

from muster.candidate import Candidate
from muster.landing.expressions import literal, quoted
from muster.landing.handles import plain_handles, private_folder
from muster.landing.taking import SCRATCH
from muster.workbooks import Lists, write_workbooks

BOM = b"\xef\xbb\xbf"
# list -> the columns that order it, which no two rows share
LISTS = {
    "segments": ("user_id",),
    "recall_list": ("rank nulls last", "person_id"),
    "group_assignments": ("group_kind", "person_id"),
    "group_roster": ("group_name", "group_id", "place"),
    "invite_list": ("planned_date", "schedule_id"),
}
TASKS = "operator_tasks"
# A spreadsheet takes a text that starts so for a formula; a phone number in E.164 is none.
_FORMULA = r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"  # the last four are full-width
_PHONE = r"^\+[0-9]{6,15}$"


def write_exports(connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> dict[str, int]:
    """Write every list of schema `exports` and the operators' workbooks; returns rows per file (`exports/<name>`).

    Files are owner-only. connection: the candidate's (Engine.reading).
    """
    folder = candidate.exports_folder
    folder.chmod(0o700)  # also while a file is being written, before it has its own mode
    scratch = private_folder(candidate.private / SCRATCH)
    connection.execute("set temp_directory = ?", [str(scratch)])
    known = plain_handles(candidate.private.parent, candidate.private)
    rows = {}
    for name, order in LISTS.items():
        ordered = f"{_with_handles(connection, name, known)} order by {', '.join(order)}"
        count = connection.execute(f"select count(*) from work.exports.{quoted(name)}").fetchone()[0]
        parquet, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
        connection.execute(f"copy ({ordered}) to {literal(str(parquet))} (format parquet, compression zstd)")
        _write_csv(connection, ordered, csv)
        for path in (parquet, csv):
            path.chmod(0o600)
            rows[f"{folder.name}/{path.name}"] = count
    shown = Lists(
        tasks=_with_handles(connection, TASKS, known),
        groups="select * from marts.groups",
        roster="select * from work.exports.group_roster",
    )
    rows |= {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": count
        for path, count in write_workbooks(connection, shown, candidate.as_of_date, folder / "workbooks", scratch)
    }
    return rows


def _with_handles(connection: duckdb.DuckDBPyConnection, name: str, known: str) -> str:
    """SQL of a list's rows, with the plain handle where the table has its hash."""
    table = f"work.exports.{quoted(name)}"
    columns = [column for column, *_ in connection.execute(f"describe {table}").fetchall()]
    if "handle_hash" not in columns:
        return f"select * from {table}"
    chosen = ", ".join("known.plain as handle" if c == "handle_hash" else f"listed.{quoted(c)}" for c in columns)
    return f"""select {chosen} from {table} as listed
        left join ({known}) as known on listed.handle_kind = known.kind and listed.handle_hash = known.hash"""


def _write_csv(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    columns = connection.execute(f"describe {select}").fetchall()
    safe = ", ".join(
        f"{formula_safe(quoted(column))} as {quoted(column)}" if kind == "VARCHAR" else quoted(column)
        for column, kind, *_ in columns
    )
    body = path.with_suffix(".body")
    connection.execute(f"copy (select {safe} from ({select})) to {literal(str(body))} (format csv, header true)")
    with path.open("wb") as whole, body.open("rb") as part:
        os.fchmod(whole.fileno(), 0o600)
        whole.write(BOM)
        shutil.copyfileobj(part, whole)
    body.unlink()


def formula_safe(text: str) -> str:
    """SQL that puts an apostrophe before a text that a spreadsheet would run."""
    return (
        f"case when regexp_matches({text}, '{_FORMULA}') and not regexp_matches({text}, '{_PHONE}') "
        f"then '''' || {text} else {text} end"
    )
