"""The ledger of contacts: which slots were handed out and taken back, a Parquet file per released night.

Files are only ever added. It lies outside releases, so that a slot counts for the person and the account also after a
rollback or a run again. Rows are events of dbt's int_ledger_events; a file holds no handle, only ids.
"""

from pathlib import Path

import duckdb

from muster.candidate import Candidate
from muster.durable import sync
from muster.landing.expressions import literal
from muster.landing.handles import private_folder

COLUMNS = {
    "event": "varchar", "event_as_of_date": "date", "run": "varchar", "schedule_id": "varchar", "person_id": "varchar",
    "user_id": "varchar", "planned_date": "date", "window_start": "varchar", "window_end": "varchar",
    "purpose": "varchar", "playbook": "varchar", "value_tier": "varchar", "period": "varchar", "channel": "varchar",
    "account_id": "varchar", "operator_id": "varchar", "offer": "varchar", "script_key": "varchar",
    "experiment": "varchar", "variant": "varchar", "attempt": "integer", "score": "decimal(18, 2)",
    "is_ghost": "boolean", "last_purchase_date": "date", "reason_code": "varchar",
}  # fmt: skip
"""event: issued, cancelled, or closed (nothing is planned anew up to planned_date)."""


def select_events(folder: Path) -> str:
    """SQL of DuckDB: all events of the ledger in `folder`, none where nothing was ever handed out."""
    files = [literal(str(path)) for path in sorted(folder.glob("*.parquet"))]
    names = ", ".join(COLUMNS)
    if files:
        return f"select {names} from read_parquet([{', '.join(files)}])"
    return "select " + ", ".join(f"null::{kind} as {name}" for name, kind in COLUMNS.items()) + " limit 0"


def write_events(connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> None:
    """Write what tonight adds into the candidate, where `adopt_events` finds it."""
    tonight = {"event_as_of_date": literal(str(candidate.as_of_date)), "run": literal(candidate.run)}
    columns = ", ".join(f"{tonight.get(name, name)}::{kind} as {name}" for name, kind in COLUMNS.items())
    connection.execute(
        f"""copy (
            select {columns} from work.intermediate.int_ledger_events order by event, planned_date, schedule_id
        ) to {literal(str(_draft(candidate)))} (format parquet, compression zstd)"""
    )


def adopt_events(candidate: Candidate, folder: Path) -> None:
    """Add the night's events to the ledger, before anybody reads the lists that hand them out. Repeatable."""
    draft = _draft(candidate)
    if draft.exists():
        sync(draft)
        draft.chmod(0o600)
        draft.replace(private_folder(folder) / f"{candidate.name}.parquet")
        sync(folder)


def _draft(candidate: Candidate) -> Path:
    return candidate.work / "ledger.parquet"
