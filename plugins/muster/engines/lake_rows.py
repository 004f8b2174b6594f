"""SQL of DuckDB that shows the lake's rows as the tables of layer `raw`, whatever engine they go to."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from muster.journal import RunRecord
from muster.landing.expressions import literal
from muster.landing.feeds import FEEDS, ORDER_FEEDS, Feed
from muster.landing.lake import LakeState
from muster.landing.taking import lake_columns
from muster.ledger import select_events

RATE = "decimal(28, 12)"
MEASURED = {
    "fitted_parameters": {
        "model": "varchar", "parameter": "varchar", "value": RATE, "log_likelihood": "decimal(18, 4)",
        "customers": "bigint", "repeat_customers": "bigint", "reason_code": "varchar",
    },
    "measured_lift": {
        "playbook": "varchar", "value_tier": "varchar", "period": "varchar", "contacted": "bigint", "ghosts": "bigint",
        "contacted_conversions": "bigint", "ghost_conversions": "bigint", "compared": "bigint",
        "contacted_rate": RATE, "ghost_rate": RATE, "rate_difference": RATE, "rate_difference_low": RATE,
        "rate_difference_high": RATE, "rate_p_value": RATE, "smallest_effect": RATE,
        "contacted_revenue": RATE, "ghost_revenue": RATE, "revenue_difference": RATE, "revenue_difference_low": RATE,
        "revenue_difference_high": RATE, "revenue_p_value": RATE, "incremental_revenue": "decimal(18, 2)",
        "cost": "decimal(18, 2)", "incremental_profit": "decimal(18, 2)", "return_on_cost": RATE, "verdict": "varchar",
    },
    "measured_variants": {
        "experiment": "varchar", "variant": "varchar", "people": "bigint", "conversions": "bigint",
        "rate": RATE, "rate_difference": RATE, "rate_difference_low": RATE, "rate_difference_high": RATE,
        "rate_p_value": RATE, "revenue": RATE, "revenue_difference": RATE, "revenue_difference_low": RATE,
        "revenue_difference_high": RATE, "revenue_p_value": RATE, "split_p_value": RATE, "verdict": "varchar",
    },
}  # fmt: skip
"""Tables of `raw` that muster computes in the night from what dbt has built -> their columns."""


@dataclass(frozen=True)
class LakeRows:
    """Tonight's rows that count: those of the lake's state, parts of this night still lying in `staged`.

    ledger: the folder of the events of earlier nights.
    """

    state: LakeState
    lake: Path
    staged: Path
    ledger: Path

    def show(self, connection: duckdb.DuckDBPyConnection, runs: list[RunRecord]) -> None:
        """Make schema `raw`: views of feeds and quarantine, tables of repeated orders, runs, ledger and MEASURED."""
        connection.execute("create schema raw")
        for feed in ORDER_FEEDS:
            lists = ", ".join(literal(str(self._located(part))) for part in self.state.repeats.get(feed, []))
            ids = f"from read_parquet([{lists}])" if lists else "from (select null::varchar as order_id limit 0)"
            connection.execute(f"create table raw.repeated_{feed} as select distinct order_id {ids}")
        for name, select in raw_views(self._of).items():
            connection.execute(f"create view raw.{name} as {select}")
        _write_runs(connection, runs)
        connection.execute(f"create table raw.ledger as {select_events(self.ledger)}")
        for table, columns in MEASURED.items():
            typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create table raw.{table} ({typed})")

    def parts(self, feed: Feed) -> dict[Path, set[str]]:
        """The feed's Parquet files, as they lie tonight -> landing files in it whose rows do not count (any more)."""
        return {self._located(part): hidden for part, hidden in self.state.live(feed.name).items()}

    def _of(self, feed: Feed) -> str:
        """SQL of the feed's live rows."""
        selects, whole = [], []
        for part, hidden in self.parts(feed).items():
            path = literal(str(part))
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

    def _located(self, part: str) -> Path:
        return self.staged / part if (self.staged / part).exists() else self.lake / part


def raw_views(rows_of: Callable[[Feed], str]) -> dict[str, str]:
    """View of layer `raw` -> its SQL, the same for DuckDB and Spark. rows_of: SQL of a feed's live rows.

    Order feeds say `is_repeated`: whether the order id may have come more than once; raw.repeated_<feed> lists those.
    """
    views = {}
    for feed in FEEDS.values():
        names = ", ".join(name for name, _ in lake_columns(feed)[:-4])
        select = f"""select {names}, _file as source_file, _row as source_row
            from ({rows_of(feed)}) where _reason is null"""
        if feed.name in ORDER_FEEDS:
            select = f"""select landed.*, repeated.order_id is not null as is_repeated
                from ({select}) as landed left join raw.repeated_{feed.name} as repeated using (order_id)"""
        views[feed.name] = select
    views["quarantined"] = " union all ".join(
        f"""select {literal(feed.name)} as feed, _file as source_file, _row as source_row,
                _reason as reason_code, _reason_column as column_name, business_date
            from ({rows_of(feed)}) where _reason is not null"""
        for feed in FEEDS.values()
    )
    return views


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


def insert_measured(connection: duckdb.DuckDBPyConnection, schema: str, table: str, rows: list[dict]) -> None:
    """Replace the rows of `table`, one of MEASURED, at once: a part of them would be taken for the whole."""
    connection.begin()
    connection.execute(f"delete from {schema}.{table}")
    for row in rows:
        values = [row.get(name) for name in MEASURED[table]]
        connection.execute(f"insert into {schema}.{table} select {', '.join('?' for _ in values)}", values)
    connection.commit()
