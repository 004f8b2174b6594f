"""DuckDB: the candidate is a file of its own, publishing renames its folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from muster.candidate import Candidate
from muster.journal import RunRecord
from muster.landing.expressions import literal
from muster.landing.feeds import FEEDS, ORDER_FEEDS, Feed
from muster.landing.lake import LakeState
from muster.landing.taking import lake_columns

FITTED_COLUMNS = {
    "model": "varchar", "parameter": "varchar", "value": "decimal(28, 12)", "log_likelihood": "decimal(18, 4)",
    "customers": "bigint", "repeat_customers": "bigint", "reason_code": "varchar",
}  # fmt: skip


@dataclass(frozen=True)
class Databases:
    """The databases of one dbt call, under the names that profiles.yml gives them in `folder`."""

    folder: Path

    @property
    def release(self) -> Path:
        """What gets published: marts, state, policy."""
        return self.folder / "muster.duckdb"

    @property
    def work(self) -> Path:
        """Scratch: raw views, staging, intermediate, exports."""
        return self.folder / "work" / "work.duckdb"

    @property
    def previous(self) -> Path:
        """The release that state is carried from, or an empty database."""
        return self.folder / "work" / "previous.duckdb"

    @property
    def backtest(self) -> Path:
        """The scratch of the run for the backtest day, or an empty database."""
        return self.folder / "work" / "backtest.duckdb"


def of_night(candidate: Candidate) -> Databases:
    return Databases(candidate.folder)


def of_backtest(candidate: Candidate) -> Databases:
    """The run for the backtest day is a candidate within the candidate; nobody publishes it."""
    return Databases(candidate.work / "backtest")


def open_candidate(
    candidate: Candidate, previous: Path | None, lake: Path, state: LakeState, runs: list[RunRecord]
) -> None:
    """Make the candidate's databases: schema `raw` shows the lake's rows that count, as one table per feed.

    previous: the database that state is carried from, None before the first release.
    """
    night, backtest = of_night(candidate), of_backtest(candidate)
    _make(night, {night.previous: previous, night.backtest: backtest.work})
    _make(backtest, {backtest.previous: None, backtest.backtest: None})
    for databases in (night, backtest):
        with duckdb.connect(str(databases.work)) as connection:
            connection.execute("create schema raw")
            _show_rows(connection, state, lake, candidate.staged)
            _write_runs(connection, runs)
            columns = ", ".join(f"{name} {kind}" for name, kind in FITTED_COLUMNS.items())
            connection.execute(f"create table raw.fitted_parameters ({columns})")


def _make(databases: Databases, given: dict[Path, Path | None]) -> None:
    """An empty release and what stands beside it: a link to a database where one is given, else an empty one."""
    databases.work.parent.mkdir(parents=True, exist_ok=True)
    for path, target in given.items():
        if target is None:
            duckdb.connect(str(path)).close()
        else:
            path.symlink_to(target)
    with duckdb.connect(str(databases.release)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute("create schema if not exists state")


def _show_rows(connection: duckdb.DuckDBPyConnection, state: LakeState, lake: Path, staged: Path) -> None:
    for feed in FEEDS.values():
        rows = _rows_that_count(feed, state, lake, staged)
        names = ", ".join(name for name, _ in lake_columns(feed)[:-4])
        select = f"select {names}, _file as source_file, _row as source_row from ({rows}) where _reason is null"
        if feed.name in ORDER_FEEDS:
            select = _with_repeats(connection, feed, select, state, lake, staged)
        connection.execute(f"create view raw.{feed.name} as {select}")
    quarantined = " union all ".join(
        f"""select {literal(feed.name)} as feed, _file as source_file, _row as source_row,
                _reason as reason_code, _reason_column as column_name, business_date
            from ({_rows_that_count(feed, state, lake, staged)}) where _reason is not null"""
        for feed in FEEDS.values()
    )
    connection.execute(f"create view raw.quarantined as {quarantined}")


def _with_repeats(
    connection: duckdb.DuckDBPyConnection, feed: Feed, select: str, state: LakeState, lake: Path, staged: Path
) -> str:
    """The rows with `is_repeated`: whether the order id may have come more than once."""
    lists = ", ".join(_located(part, lake, staged) for part in state.repeats.get(feed.name, []))
    ids = f"select order_id from read_parquet([{lists}])" if lists else "select null::varchar as order_id limit 0"
    connection.execute(f"create table raw.repeated_{feed.name} as select distinct order_id from ({ids})")
    return f"""select landed.*, repeated.order_id is not null as is_repeated
        from ({select}) as landed left join raw.repeated_{feed.name} as repeated using (order_id)"""


def _rows_that_count(feed: Feed, state: LakeState, lake: Path, staged: Path) -> str:
    """SQL of the feed's live rows; parts of this night are still staged."""
    selects, whole = [], []
    for part, hidden in state.live(feed.name).items():
        path = _located(part, lake, staged)
        if hidden:
            names = ", ".join(literal(name) for name in sorted(hidden))
            selects.append(f"select * from read_parquet({path}) where _file not in ({names})")
        else:
            whole.append(path)
    if whole:
        selects.append(f"select * from read_parquet([{', '.join(whole)}])")
    if not selects:
        nulls = ", ".join(f"null::{kind} as {name}" for name, kind in lake_columns(feed))
        selects.append(f"select {nulls} where false")
    return " union all by name ".join(selects)


def _located(part: str, lake: Path, staged: Path) -> str:
    """An SQL constant: where the part lies tonight."""
    return literal(str(staged / part if (staged / part).exists() else lake / part))


def _write_runs(connection: duckdb.DuckDBPyConnection, runs: list[RunRecord]) -> None:
    connection.execute(
        """create table raw.runs (run varchar, run_as_of_date date, started_at timestamp, finished_at timestamp,
           status varchar, failed_step varchar, message varchar)"""
    )
    for record in runs:
        values = asdict(record)
        connection.execute(
            f"insert into raw.runs select {', '.join('?' for _ in values)}",
            [v.rstrip("Z") if k.endswith("_at") and v else v for k, v in values.items()],
        )


DBT_VARS = {"work_database": "work", "previous_database": "previous", "backtest_database": "backtest"}


@contextmanager
def reading(candidate: Candidate) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sees the candidate's marts, and its unpublished layers as `work.<schema>`."""
    with duckdb.connect(str(candidate.database), read_only=True) as connection:
        connection.execute(f"attach {literal(str(of_night(candidate).work))} as work (read_only)")
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def fitted_dates(candidate: Candidate) -> dict[str, date]:
    """Value model -> as_of_date of its fit, as the previous release has it; nothing before there is one."""
    with duckdb.connect(str(of_night(candidate).previous), read_only=True) as connection:
        known = connection.execute(
            """select 1 from information_schema.tables
               where table_schema = 'marts' and table_name = 'model_parameters'"""
        ).fetchone()
        rows = "select model, min(fitted_as_of_date) from marts.model_parameters group by model"
        return dict(connection.execute(rows).fetchall()) if known else {}


def repeat_customers(candidate: Candidate) -> int:
    """Customers who have bought again."""
    with reading(candidate) as connection:
        rows = "select count(*) from work.intermediate.int_value_customers where repeat_purchases > 0"
        return connection.execute(rows).fetchone()[0]


def value_rows(candidate: Candidate, model: str) -> tuple[np.ndarray, ...]:
    """The columns of int_value_states or int_value_spends as arrays, in one order on every night."""
    with reading(candidate) as connection:
        columns = connection.execute(f"select * from work.intermediate.{model} order by all").fetchnumpy()
        return tuple(np.asarray(column, dtype=np.float64) for column in columns.values())


def write_fitted(candidate: Candidate, rows: list[dict]) -> None:
    """Replace what was fitted this night."""
    with duckdb.connect(str(of_night(candidate).work)) as connection:
        connection.execute("delete from raw.fitted_parameters")
        for row in rows:
            values = [row.get(name) for name in FITTED_COLUMNS]
            connection.execute(f"insert into raw.fitted_parameters select {', '.join('?' for _ in values)}", values)


def close_candidate(candidate: Candidate) -> dict[str, int]:
    """Write everything into the one file that is published; returns its rows per table."""
    with duckdb.connect(str(candidate.database)) as connection:
        connection.execute("checkpoint")
        tables = connection.execute(
            """select table_schema, table_name from information_schema.tables
               where table_catalog = current_database() order by all"""
        ).fetchall()
        return {
            f"{schema}.{table}": connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()[0]
            for schema, table in tables
        }
