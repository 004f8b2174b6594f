"""Whether two releases say the same."""

from collections import Counter
from pathlib import Path

import duckdb

COMPARED = ("marts", "state")
RUNS = ("marts", "runs")
WALL_CLOCK = {"run", "started_at", "finished_at"}
Tables = dict[tuple[str, str], dict[str, str]]


def assert_equal_marts(one: Path, other: Path, but: frozenset[tuple[str, str]] = frozenset()) -> None:
    """Two databases of releases hold the same but in tables `but` and in `runs`, which tells of the runs."""
    with duckdb.connect(str(one), read_only=True) as a, duckdb.connect(str(other), read_only=True) as b:
        assert_equal_releases(a, b, same_runs=False, but=but)


def assert_equal_releases(
    one: duckdb.DuckDBPyConnection,
    other: duckdb.DuckDBPyConnection,
    same_runs: bool,
    but: frozenset[tuple[str, str]] = frozenset(),
) -> None:
    """Every table of both has the same columns of the same types in one order, and the same rows, as often.

    same_runs: whether `runs` is compared too, apart from the wall clock.
    """
    tables = tables_of(one)
    assert tables.keys() == tables_of(other).keys()
    assert {schema for schema, _ in tables} == set(COMPARED)
    for table, columns in tables.items():
        if table in but or (table == RUNS and not same_runs):
            continue
        name = f"{table[0]}.{table[1]}"
        assert list(columns.items()) == list(tables_of(other)[table].items()), name
        kept = ", ".join(column for column in columns if table != RUNS or column not in WALL_CLOCK)
        found, expected = (Counter(c.execute(f"select {kept} from {name}").fetchall()) for c in (one, other))
        assert (found - expected, expected - found) == (Counter(), Counter()), f"{name}: in one only, in other only"


def tables_of(connection: duckdb.DuckDBPyConnection) -> Tables:
    """(schema, table) -> column -> type, in the columns' order, of what readers of a release see."""
    tables: Tables = {}
    for schema, table, column, kind in connection.execute(
        f"""select schema_name, table_name, column_name, data_type from duckdb_columns()
            where database_name = current_database() and schema_name in {COMPARED}
            order by schema_name, table_name, column_index"""
    ).fetchall():
        tables.setdefault((schema, table), {})[column] = kind
    return tables
