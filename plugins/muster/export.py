"""Lists as CSV (UTF-8 with BOM, safe to open in a spreadsheet) and Parquet, the same bytes for the same night."""

import os
import shutil
from pathlib import Path

import duckdb

from muster.landing.expressions import literal, quoted

BOM = b"\xef\xbb\xbf"
# list -> the columns that order it; the last one is unique
LISTS = {"segments": ("user_id",)}
# A spreadsheet takes a text that starts so for a formula; a phone number in E.164 is none.
_FORMULA = r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"  # the last four are full-width
_PHONE = r"^\+[0-9]{6,15}$"


def write_exports(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Write every list of schema `exports`; returns rows per file (`exports/<name>`). Files are owner-only."""
    rows = {}
    folder.chmod(0o700)  # also while a file is being written, before it has its own mode
    for name, order in LISTS.items():
        table = f"work.exports.{quoted(name)}"
        ordered = f"select * from {table} order by {', '.join(order)}"
        count = connection.execute(f"select count(*) from {table}").fetchone()[0]
        parquet, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
        connection.execute(f"copy ({ordered}) to {literal(str(parquet))} (format parquet, compression zstd)")
        _write_csv(connection, ordered, csv)
        for path in (parquet, csv):
            path.chmod(0o600)
            rows[f"{folder.name}/{path.name}"] = count
    return rows


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
