"""A release as it was before some of its tables were known."""

import json
import shutil
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import duckdb
from muster import release
from muster.engines import on_duckdb

from support.shops import Shop


def without_tables(shop: Shop, folder: Path, tables: Collection[str]) -> release.Release:
    """A copy of the current release in `folder`, without these tables and without a word of them in its manifest."""
    current = release.current(shop.settings)
    older = replace(current, folder=folder / current.folder.name)
    shutil.copytree(current.folder, older.folder)
    manifest = older.manifest()
    gone = [name for name in manifest["tables"] if name.partition(".")[2] in tables]
    assert len(gone) == len(tables)
    with duckdb.connect(str(on_duckdb.database(older.folder))) as connection:
        for table in gone:
            connection.execute(f"drop table {table}")
    kept = {name: rows for name, rows in manifest["tables"].items() if name not in gone}
    (older.folder / "manifest.json").write_text(json.dumps(manifest | {"tables": kept}))
    return older
