"""`muster migrate`: another engine takes over where this one stands, without running a night again.

The lake, the private vault and the journal belong to the home, not to an engine; all that an engine holds are the
releases' tables. They are copied as Parquet and taken in by the other engine under the same release's name.
"""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from muster import release as releases
from muster.engines import engine_of
from muster.engines.window import rows_per_table
from muster.errors import MusterError
from muster.landing.expressions import literal, quoted
from muster.release import Release
from muster.settings import Settings

log = logging.getLogger(__name__)


def migrate(settings: Settings, target: str) -> list[Release]:
    """Copy what the next night and readers need to `target`; returns those releases, oldest first. Repeatable.

    These are the current release and the newest one, which differ after a rollback.
    """
    shown = releases.current(settings)
    if shown is None:
        raise MusterError("there is no release yet", f"run the first night there: MUSTER_TARGET={target} muster run")
    moved = sorted({shown, releases.releases(settings)[-1]})
    engine = engine_of(settings, target)
    engine.remove_leftovers([release.name for release in releases.releases(settings)])
    for release in moved:
        if release.target == target:
            log.info("%s was built on %s", release.name, target)
            continue
        with TemporaryDirectory(dir=settings.home, prefix=".migrate_") as folder:
            rows = _copy_tables(settings, release, Path(folder))
            engine.adopt(release, Path(folder))
        log.info("%s: %d tables, %s rows", release.name, len(rows), f"{sum(rows.values()):,}")
    engine.show(shown)
    return moved


def _copy_tables(settings: Settings, release: Release, folder: Path) -> dict[str, int]:
    """Write `<folder>/<layer>/<table>/part-0.parquet` of every table; returns rows per table."""
    with engine_of(settings, release.target).reading_release(release) as connection:
        rows = rows_per_table(connection)
        for name in rows:
            layer, table = name.split(".")
            path = folder / layer / table / "part-0.parquet"
            path.parent.mkdir(parents=True)
            connection.execute(
                f"copy {layer}.{quoted(table)} to {literal(str(path))} (format parquet, compression zstd)"
            )
    return rows
