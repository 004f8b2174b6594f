"""DuckDB: a release is a file, publishing renames its folder.

The candidate's folder holds `muster.duckdb`, which is published, and under `work/` the databases `work` (scratch) and
`previous` (the release that state is carried from, or an empty one), under the names that profiles.yml gives them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from muster.candidate import Candidate
from muster.engines import gx_dialect
from muster.engines.engine import BACKTEST_STAGES, CARRIED, PUBLISHED, WORK, AuditSource, Engine, Layer, Role, RunDbt
from muster.engines.lake_rows import LakeRows, insert_measured
from muster.engines.window import published_tables, rows_per_table
from muster.engines.worker import running_dbt
from muster.journal import RunRecord
from muster.landing.expressions import literal, quoted
from muster.landing.lake import LakeState
from muster.release import Release

DATABASE = "muster"


def database(folder: Path) -> Path:
    """What a release's or a candidate's folder publishes."""
    return folder / f"{DATABASE}.duckdb"


def scratch(candidate: Candidate) -> Path:
    """Raw views, staging, intermediate, exports, and the backtest."""
    return candidate.work / "work.duckdb"


class OnDuckDB(Engine):
    """The embedded engine, which needs no server."""

    name = "duckdb"

    def layers(self, role: Role) -> dict[str, Layer]:
        shared = {"raw": Layer("work", "raw"), BACKTEST_STAGES: Layer("work", BACKTEST_STAGES)}
        if role == Role.BACKTEST:
            return {layer: Layer("work", f"{role}_{layer}") for layer in (*PUBLISHED, *WORK)} | shared
        return (
            {layer: Layer(DATABASE, layer) for layer in PUBLISHED}
            | {layer: Layer("work", layer) for layer in WORK}
            | {f"previous_{layer}": Layer("previous", layer) for layer in CARRIED}
            | shared
        )

    def open_candidate(
        self, candidate: Candidate, previous: Release | None, lake: Path, state: LakeState, runs: list[RunRecord]
    ) -> None:
        carried = candidate.work / "previous.duckdb"
        if previous and not database(previous.folder).exists():
            raise self.missing(previous)
        if previous:
            carried.symlink_to(database(previous.folder))
        else:
            duckdb.connect(str(carried)).close()
        with duckdb.connect(str(database(candidate.folder))) as connection:
            connection.execute("create schema marts; create schema state")
        with duckdb.connect(str(scratch(candidate))) as connection:
            LakeRows(state, lake, candidate.staged, self.settings.ledger).show(connection, runs)

    @contextmanager
    def dbt(self, candidate: Candidate) -> Iterator[RunDbt]:
        yield running_dbt().run_dbt

    @contextmanager
    def reading(self, candidate: Candidate) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(database(candidate.folder)), read_only=True) as connection:
            connection.execute(f"attach {literal(str(scratch(candidate)))} as work (read_only)")
            connection.execute("set TimeZone = 'UTC'")
            yield connection

    @contextmanager
    def reading_release(self, release: Release) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(database(release.folder)), read_only=True) as connection:
            yield connection

    @contextmanager
    def auditing(self, candidate: Candidate, boundary: str) -> Iterator[AuditSource]:
        yield gx_dialect.source(scratch(candidate) if boundary == "raw" else database(candidate.folder))

    def write_measured(self, candidate: Candidate, table: str, rows: list[dict]) -> None:
        with duckdb.connect(str(scratch(candidate))) as connection:
            insert_measured(connection, "raw", table, rows)

    def close_candidate(self, candidate: Candidate) -> dict[str, int]:
        with duckdb.connect(str(database(candidate.folder))) as connection:
            connection.execute("checkpoint")
            return rows_per_table(connection)

    def adopt(self, release: Release, tables: Path) -> None:
        draft = release.folder / ".adopted.duckdb"
        draft.unlink(missing_ok=True)
        with duckdb.connect(str(draft)) as connection:
            for layer in PUBLISHED:
                connection.execute(f"create schema {layer}")
            for table in published_tables(tables):
                connection.execute(f"create table {table.layer}.{quoted(table.name)} as select {table.source}")
        draft.replace(database(release.folder))
