"""A DuckDB connection onto another engine's tables: published layers as they are called, others under `work`."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from muster.engines.engine import PUBLISHED
from muster.landing.expressions import literal, quoted


@dataclass(frozen=True)
class Table:
    """A table as the window shows it. source: what DuckDB selects it from."""

    layer: str
    name: str
    source: str


def parquet_tables(layer: str, folder: Path) -> list[Table]:
    """The tables of a layer that lie in `folder`, each a folder of Parquet files."""
    files: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*/*.parquet")):
        files.setdefault(file.parent.name, []).append(literal(str(file)))
    return [Table(layer, name, f"* from read_parquet([{', '.join(paths)}])") for name, paths in files.items()]


def published_tables(folder: Path) -> list[Table]:
    """The tables of a release whose layers lie in `folder`."""
    return [table for layer in PUBLISHED for table in parquet_tables(layer, folder / layer)]


def open_window(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Make a view of every table in the connection's own database, and in `work` for layers that are not published."""
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("attach ':memory:' as work")
    for layer in PUBLISHED:
        connection.execute(f"create schema {layer}")
    for table in tables:
        schema = table.layer if table.layer in PUBLISHED else f"work.{table.layer}"
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create view {schema}.{quoted(table.name)} as select {table.source}")


def rows_per_table(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """`<schema>.<table>` -> rows, of the connection's own database."""
    tables = connection.execute(
        """select table_schema, table_name from information_schema.tables
           where table_catalog = current_database() order by all"""
    ).fetchall()
    return {
        f"{schema}.{table}": connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()[0]
        for schema, table in tables
    }
