"""dbt's documentation of every table as one page that opens from a file.

The columns and types on it come from a night over an empty landing zone in a scratch home: all layers are there, no
release is opened, none is needed, and no row of anybody's data can be on it.
"""

import logging
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from muster import candidate as candidates
from muster import journal, nightly
from muster.dbt_build import Dbt
from muster.engines import engine_of
from muster.landing.lake import LakeState
from muster.offline import without_outside_references
from muster.policy import Policy
from muster.settings import Settings

log = logging.getLogger(__name__)

DAY = date(2024, 1, 1)  # any day: the page shows it in compiled SQL, as as_of_date


def write_docs(settings: Settings) -> Path:
    """Write `<home>/docs/index.html`; returns its path."""
    page = settings.home / "docs" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        draft = page.with_suffix(".tmp")
        draft.write_text(_documentation(replace(settings, home=Path(scratch), target="duckdb")), encoding="utf-8")
        draft.replace(page)
    return page


def _documentation(settings: Settings) -> str:
    night = nightly.Night(settings, DAY, nightly.new_run())
    candidate = candidates.create(settings, night.as_of_date, night.run, journal.utc_now())
    engine = engine_of(settings)
    engine.open_candidate(candidate, None, settings.lake, LakeState(), [])
    log.info("building every table without rows ...")
    nightly.transform(night)
    log.info("writing the page ...")
    policy = Policy.read(settings.policy_folder).for_dbt()
    with engine.dbt(candidate) as process:
        dbt = Dbt(engine, process, candidate.folder, night.as_of_date.isoformat(), policy)
        dbt.run("docs generate --static", without=(), quiet=True)
    page = (dbt.target_path / "static_index.html").read_text(encoding="utf-8")
    for path in (candidate.folder, settings.dbt_project):  # where it was made is nobody's business
        page = page.replace(str(path), path.name)
    return without_outside_references(page)
