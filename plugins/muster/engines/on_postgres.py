"""PostgreSQL: a release is a set of partitions, publishing moves one row (postgres.sql says how).

Where the server is, and as whom, say libpq's own variables (PGHOST, PGPORT, PGUSER, PGPASSWORD or PGPASSFILE,
PGDATABASE): dbt, Great Expectations, DuckDB and psycopg all read them. One database belongs to one MUSTER_HOME.
"""

import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import psycopg
from duckdb_extensions import import_extension
from psycopg import sql

from muster.candidate import Candidate
from muster.engines.engine import (
    BACKTEST_STAGES,
    CARRIED,
    CARRIED_MARTS,
    PUBLISHED,
    WORK,
    AuditSource,
    Engine,
    Layer,
    Role,
    RunDbt,
)  # fmt: skip
from muster.engines.lake_rows import LakeRows, insert_measured
from muster.engines.window import Table, open_window, published_tables
from muster.engines.worker import running_dbt
from muster.errors import MusterError
from muster.journal import RunRecord
from muster.landing.expressions import quoted
from muster.landing.lake import LakeState
from muster.release import Release

log = logging.getLogger(__name__)

SCHEMA = Path(__file__).with_name("postgres.sql")
CANDIDATE = "candidate"
TONIGHT = "__tonight"
"""Ends the name of a carried table's rows before they are compared with those of the release before."""
READERS = "muster_reader"
"""A role that may read `marts`, where the server has it."""
LOCK_TIMEOUT, ATTEMPTS = "500ms", 20
"""How long removing an old release may make new readers wait behind running ones, and how often it is tried."""
SESSION = "-c timezone=UTC -c client_min_messages=warning"
BUILDING = "-c timezone=UTC -c work_mem=128MB -c jit=off"
"""A night's joins and windows are wide and few: more memory for each than a server gives by default; PGOPTIONS wins."""
NUL = "\ufffd"
"""PostgreSQL's text holds no NUL character: what stands for it."""
TEXT, BY_BYTES = "text", 'text collate "C"'
"""dbt makes text of the database's collation; in `raw`, which it only reads, text sorts by bytes."""


class OnPostgres(Engine):
    """A server, 15 or newer."""

    name = "postgres"

    def layers(self, role: Role) -> dict[str, Layer]:
        database = _database()
        prefix = role if role == Role.BACKTEST else CANDIDATE
        own = {layer: Layer(database, f"{prefix}_{layer}") for layer in (*PUBLISHED, *WORK)}
        shared = {"raw": Layer(database, f"{CANDIDATE}_raw"), BACKTEST_STAGES: Layer(database, BACKTEST_STAGES)}
        if role == Role.BACKTEST:
            return own | shared
        return own | shared | {f"previous_{layer}": Layer(database, f"previous_{layer}") for layer in CARRIED}

    def materializations(self, role: Role) -> dict[str, str]:
        return {"carried_as": "carried"} if role == Role.NIGHT else {}

    def open_candidate(
        self, candidate: Candidate, previous: Release | None, lake: Path, state: LakeState, runs: list[RunRecord]
    ) -> None:
        with _connected() as connection:
            begun = connection.execute(
                "select muster.begin_release(%s, %s, %s)",
                [candidate.name, candidate.as_of_date, previous and previous.name],
            ).fetchone()[0]
            if begun is None:
                raise self.missing(previous)
            for schema in {layer.schema for role in Role for layer in self.layers(role).values()}:
                connection.execute(f"drop schema if exists {schema} cascade")
            connection.execute(f"create schema {CANDIDATE}_raw")
            if previous:
                _show_previous(connection, self._id_of(connection, previous))
        with duckdb.connect() as source:
            LakeRows(state, lake, candidate.staged, self.settings.ledger).show(source, runs)
            _load(source, "raw", f"{CANDIDATE}_raw", "unlogged table", BY_BYTES)

    @contextmanager
    def dbt(self, candidate: Candidate) -> Iterator[RunDbt]:
        options = f"{BUILDING} {os.environ.get('PGOPTIONS', '')}"  # the last one wins
        run_dbt = running_dbt().run_dbt
        yield lambda arguments, environment, folder: run_dbt(arguments, {"PGOPTIONS": options, **environment}, folder)

    @contextmanager
    def reading(self, candidate: Candidate) -> Iterator[duckdb.DuckDBPyConnection]:
        schemas = {layer: f"{CANDIDATE}_{layer}" for layer in (*PUBLISHED, *WORK)}
        with _window(schemas) as connection:
            yield connection

    @contextmanager
    def reading_release(self, release: Release) -> Iterator[duckdb.DuckDBPyConnection]:
        with _connected() as connection:
            found = self._id_of(connection, release)
        with _window({layer: f"release_{found}_{layer}" for layer in PUBLISHED}) as connection:
            yield connection

    @contextmanager
    def auditing(self, candidate: Candidate, boundary: str) -> Iterator[AuditSource]:
        yield AuditSource(
            "postgresql+psycopg://", schemas={layer: f"{CANDIDATE}_{layer}" for layer in ("raw", *PUBLISHED)}
        )

    def write_measured(self, candidate: Candidate, table: str, rows: list[dict]) -> None:
        with duckdb.connect() as connection:
            _attach(connection, read_only=False)
            insert_measured(connection, f"pg.{CANDIDATE}_raw", table, rows)

    def close_candidate(self, candidate: Candidate) -> dict[str, int]:
        with _connected() as connection:
            found = self._id_of(connection, candidate)
        self._make_whole(found)
        with _connected() as connection:
            return {
                f"{layer}.{table}": connection.execute(
                    sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
                ).fetchone()[0]
                for layer, schema in ((layer, f"release_{found}_{layer}") for layer in PUBLISHED)
                for table in _columns(connection, schema)
            }

    def _make_whole(self, release_id: int) -> None:
        """The candidate's tables become a release's; a new column of a mart may have to wait for running readers."""
        if not _patiently("select muster.make_whole(%s)", [release_id]):
            raise MusterError("readers are busy with marts that have a new column", "run the step again")
        with _connected() as connection:
            if connection.execute("select 1 from pg_roles where rolname = %s", [READERS]).fetchone():
                connection.execute(f"grant usage on schema marts to {READERS}")
                connection.execute(f"grant select on all tables in schema marts to {READERS}")

    def adopt(self, release: Release, tables: Path) -> None:
        with _connected() as connection:
            known = "select 1 from muster.releases where name = %s and is_whole"
            if connection.execute(known, [release.name]).fetchone():
                return
            connection.execute("delete from muster.releases where name = %s", [release.name])
            begun = connection.execute(
                """select muster.begin_release(%s, %s, (
                       select name from muster.releases where is_whole and as_of_date < %s
                       order by as_of_date desc, name desc limit 1
                   ))""",
                [release.name, release.as_of_date, release.as_of_date],
            ).fetchone()[0]
            for layer in PUBLISHED:
                connection.execute(f"drop schema if exists {CANDIDATE}_{layer} cascade")
                connection.execute(f"create schema {CANDIDATE}_{layer}")
        adopted = published_tables(tables)
        carried = [table for table in adopted if table.layer == "state" or table.name in CARRIED_MARTS]
        with duckdb.connect() as source:
            open_window(
                source, [replace(table, name=table.name + TONIGHT) if table in carried else table for table in adopted]
            )
            for layer in PUBLISHED:
                _load(source, layer, f"{CANDIDATE}_{layer}")
        with _connected() as connection:
            for table in carried:
                connection.execute("select muster.carry(%s, %s, %s)", [begun, f"{CANDIDATE}_{table.layer}", table.name])
        self._make_whole(begun)

    def show(self, release: Release) -> None:
        with _connected() as connection:
            connection.execute(
                """insert into muster.pointer (release_id) values (%s)
                   on conflict (is_only_row) do update set release_id = excluded.release_id""",
                [self._id_of(connection, release)],
            )

    def _id_of(self, connection: psycopg.Connection, release: Release | Candidate) -> int:
        found = connection.execute("select id from muster.releases where name = %s", [release.name]).fetchone()
        if found is None:
            raise self.missing(release)
        return found[0]

    def remove_leftovers(self, known: Sequence[str]) -> None:
        with _connected() as connection:
            version = connection.info.server_version
            if version < 150000:
                raise MusterError(f"the server is PostgreSQL {version // 10000}", "Muster needs 15 or newer")
            connection.execute(SCHEMA.read_text())
            doomed = connection.execute(
                "select id, name from muster.releases where not is_whole or not name = any(%s)", [list(known)]
            ).fetchall()
        for number, name in doomed:
            # one that readers are in the middle of is left for the next night
            if not _patiently("select muster.drop_release(%s)", [number]):
                log.warning("  readers are busy with old release %s: it will be removed another night", name)
        if doomed:
            with _connected() as connection:
                connection.execute("select muster.remove_unseen_rows()")


def _database() -> str:
    with _connected() as connection:
        return connection.info.dbname


@contextmanager
def _connected() -> Iterator[psycopg.Connection]:
    """One transaction; MusterError where there is no server."""
    try:
        connection = psycopg.connect(
            application_name="muster", options="-c timezone=UTC -c client_min_messages=warning"
        )
    except psycopg.OperationalError as error:
        raise MusterError(
            f"PostgreSQL cannot be reached: {str(error).strip().splitlines()[0]}",
            "set PGHOST, PGPORT, PGUSER, PGPASSWORD (or PGPASSFILE) and PGDATABASE",
        ) from None
    with connection:
        yield connection


def _patiently(statement: str, values: list) -> bool:
    """Run one statement, giving up its locks rather than let readers queue behind it; says whether it succeeded."""
    for _ in range(ATTEMPTS):
        try:
            with _connected() as connection:
                connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
                connection.execute(statement, values)
        except psycopg.errors.LockNotAvailable:
            time.sleep(0.1)
        else:
            return True
    return False


def _show_previous(connection: psycopg.Connection, release_id: int) -> None:
    """The release that state is carried from, under the names that dbt knows every night."""
    for layer in CARRIED:
        source, target = f"release_{release_id}_{layer}", f"previous_{layer}"
        connection.execute(f"create schema {target}")
        for table, columns in _columns(connection, source).items():
            names = ", ".join(quoted(name) for name in columns)
            connection.execute(f"create view {target}.{quoted(table)} as select {names} from {source}.{quoted(table)}")


def _load(source: duckdb.DuckDBPyConnection, schema: str, into: str, kind: str = "table", text: str = TEXT) -> None:
    """Bulk-load a DuckDB schema's tables into new ones of schema `into` (binary COPY)."""
    types = {"VARCHAR": text, "DOUBLE": "double precision"}
    tables = _described(source, schema)
    with _connected() as connection:
        for table, columns in tables.items():
            definitions = ", ".join(f"{quoted(name)} {types.get(type_, type_)}" for name, type_ in columns)
            connection.execute(f"create {kind} {into}.{quoted(table)} ({definitions})")
    _attach(source, read_only=False)
    for table in tables:
        source.execute(f"insert into pg.{into}.{quoted(table)} from {schema}.{quoted(table)}")
    with _connected() as connection:
        for table in tables:
            connection.execute(f"analyze {into}.{quoted(table)}")


def _columns(connection: psycopg.Connection, schema: str) -> dict[str, list[str]]:
    """Table or view of a schema -> its columns, without those of Muster's own."""
    found = connection.execute(
        """select c.relname, array_agg(a.attname::text order by a.attnum)
           from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relnamespace = to_regnamespace(%s) and c.relkind in ('r', 'v')
               and a.attnum > 0 and not a.attisdropped and left(a.attname, 1) <> '_'
           group by c.relname order by c.relname""",
        [schema],
    )
    return dict(found.fetchall())


@contextmanager
def _window(schemas: dict[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """schemas: layer -> schema."""
    with _connected() as connection:
        tables = [
            Table(layer, table, f"{', '.join(map(quoted, columns))} from pg.{schema}.{quoted(table)}")
            for layer, schema in schemas.items()
            for table, columns in _columns(connection, schema).items()
        ]
    with duckdb.connect() as window:
        _attach(window)
        open_window(window, tables)
        yield window


def _attach(connection: duckdb.DuckDBPyConnection, read_only: bool = True) -> None:
    import_extension("postgres_scanner", con=connection)
    connection.load_extension("postgres_scanner")
    connection.execute(f"set pg_null_byte_replacement = '{NUL}'")
    connection.execute(f"attach if not exists '' as pg (type postgres{', read_only' if read_only else ''})")


def _described(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, list[tuple[str, str]]]:
    """Table -> (column, DuckDB type) in order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(
        """select table_name, column_name, data_type from duckdb_columns()
           where database_name = current_database() and schema_name = ? order by table_name, column_index""",
        [schema],
    ).fetchall():
        found.setdefault(table, []).append((column, kind))
    return found
