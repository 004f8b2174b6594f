"""Whether two releases say the same."""

from pathlib import Path

import duckdb

WALL_CLOCK = ("runs",)


def assert_equal_marts(one: Path, other: Path) -> None:
    """Every table of both databases holds the same rows, as often; `runs` tells of the runs themselves."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        tables = connection.execute(
            """select table_schema, table_name from information_schema.tables
               where table_catalog = 'one' and table_schema in ('marts', 'state') order by all"""
        ).fetchall()
        assert len(tables) >= 6
        for schema, table in tables:
            if table in WALL_CLOCK:
                continue
            name = f'{schema}."{table}"'
            for a, b in (("one", "other"), ("other", "one")):
                rest = connection.execute(f"from {a}.{name} except all from {b}.{name}").fetchall()
                assert rest == [], f"{name}: in {a}, not in {b}"
