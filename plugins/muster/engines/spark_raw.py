"""SQL of Spark that shows the lake's rows as the tables of layer `raw`: what lake_rows.py is for DuckDB."""

from pathlib import Path

from muster.engines.lake_rows import LakeRows, raw_views
from muster.landing.expressions import literal
from muster.landing.feeds import FEEDS, Feed
from muster.landing.taking import lake_columns


def raw_statements(rows: LakeRows, folder: Path) -> list[str]:
    """Statements that make database `raw`. folder: holds a folder per table that muster writes, with its Parquet."""
    statements = [
        f"create table raw.{table.name} using parquet location {literal(str(table))}" for table in folder.iterdir()
    ]
    for feed in FEEDS.values():
        statements += _landed(rows, feed)
    views = raw_views(lambda feed: f"select * from raw.landed_{feed.name}")
    return statements + [f"create view raw.{name} as {select}" for name, select in views.items()]


def _landed(rows: LakeRows, feed: Feed) -> list[str]:
    """Statements of `raw.landed_<feed>`, the feed's live rows: a table of all files that count whole, one per other."""
    columns = [(name, kind.replace("VARCHAR", "string")) for name, kind in lake_columns(feed)]
    parts = rows.parts(feed)
    groups = [([path], hidden) for path, hidden in parts.items() if hidden]
    if whole := [path for path, hidden in parts.items() if not hidden]:
        groups.append((whole, set()))
    statements, selects = [], []
    for number, (paths, hidden) in enumerate(groups):
        table = f"raw.files_{feed.name}_{number}"
        glob = ",".join(str(path).removeprefix("/") for path in paths)
        typed = ", ".join(f"{name} {kind}" for name, kind in columns)
        statements.append(f"create table {table} ({typed}) using parquet options (path {literal(f'/{{{glob}}}')})")
        names = ", ".join(literal(name) for name in sorted(hidden))
        selects.append(f"select * from {table}" + (f" where _file not in ({names})" if hidden else ""))
    if not selects:
        nulls = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns)
        selects.append(f"select {nulls} where false")
    return [*statements, f"create view raw.landed_{feed.name} as {' union all '.join(selects)}"]
