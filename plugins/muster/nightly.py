"""A night's steps, in order: the DAG's tasks and `muster run` call the very same functions.

A night is a pure function (previous release, landing zone, policy, as_of_date) -> next release. Each step
finds the others' work in the run's candidate folder, so that each may be a process of its own.
"""

import logging
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta

from muster import candidate as candidates
from muster import journal, ledger, lift_reading, policy_tests, release, report, value_fit
from muster.candidate import Candidate
from muster.dbt_build import Dbt
from muster.engines import engine_of
from muster.engines.engine import Role
from muster.errors import MusterError
from muster.export import write_exports
from muster.freshness import check_freshness
from muster.journal import RunRecord
from muster.landing.handles import HANDLES
from muster.landing.ingest import ingest as ingest_landing
from muster.landing.lake import Entry, Lake, TakenFile
from muster.lock import read_owner, step_lock
from muster.policy import Policy
from muster.quality.audit import audit
from muster.release import Release
from muster.settings import EXPECTATIONS, Settings

log = logging.getLogger(__name__)

BUILD = "build --no-write-json"
"""dbt's command, without its artifacts about the whole project: a tenth of a small night, for nobody to read."""


@dataclass(frozen=True)
class Night:
    """What a step needs to know. allow_stale: the reason why missing order days do not stop the run."""

    settings: Settings
    as_of_date: date
    run: str
    allow_stale: str | None = None


def new_run() -> str:
    """The name of a run that starts now."""
    return name_run(datetime.now(UTC), secrets.token_hex(2))


def name_run(started: datetime, digits: str) -> str:
    """A run's name: when it started, and four digits against two in one second."""
    return f"{started.astimezone(UTC):%Y%m%dT%H%M%S}-{digits[:4]}"


def ingest(night: Night) -> None:
    """Landing zone to staged lake rows; stops before anything changes where a feed cannot be trusted."""
    settings, policy = night.settings, Policy.read(night.settings.policy_folder)
    lake = Lake(settings.lake)
    lake.remove_leftovers()
    started_at = journal.utc_now()
    journal.close_killed(settings.home, {r.run for r in release.releases(settings)})
    journal.append(settings.home, RunRecord(night.run, str(night.as_of_date), started_at))
    engine = engine_of(settings)
    engine.remove_leftovers([r.name for r in release.releases(settings)])
    candidate = candidates.create(settings, night.as_of_date, night.run, started_at)
    log.info("landing zone %s", settings.landing)
    found = ingest_landing(settings.landing, lake, candidate.staged, candidate.private, night.run, policy)
    earlier = release.previous(settings, night.as_of_date)
    candidate.previous = earlier.name if earlier else None
    candidate.currency = found.state.currency
    candidate.business_timezone = found.mapping.business_timezone
    candidate.entry = asdict(found.entry)
    candidate.inputs = [_input(file) for file in found.state.files.values()]
    candidate.warnings = found.warnings
    runs = [r for r in journal.read(settings.home) if r.run != night.run]
    runs.append(RunRecord(night.run, str(night.as_of_date), started_at, status="released"))
    engine.open_candidate(candidate, earlier, settings.lake, found.state, runs)
    candidate.warnings += check_freshness(engine, candidate, policy, night.allow_stale)
    candidate.save()
    for warning in candidate.warnings:
        log.warning("  warn: %s", warning)


def _input(file: TakenFile) -> dict:
    return {key: getattr(file, key) for key in ("feed", "path", "size", "sha256", "rows", "quarantined", "run")}


def audit_raw(night: Night) -> None:
    """Great Expectations on the feeds that hold rows."""
    candidate = candidates.load(night.settings, night.run)
    held = {file["feed"] for file in candidate.inputs}
    suites = [EXPECTATIONS / f"raw_{feed}.json" for feed in sorted(held)]
    audit(engine_of(night.settings), candidate, "raw", suites)


def transform(night: Night) -> None:
    """The stages of the backtest day, one `dbt build`, and another for what depends on a new fit or measured lift.

    Policy tables are built every night and tested when they have changed.
    """
    settings = night.settings
    policy, candidate = Policy.read(settings.policy_folder), candidates.load(settings, night.run)
    engine = engine_of(settings)
    with engine.dbt(candidate) as process:
        dbt = Dbt(engine, process, candidate.folder, candidate.as_of_date.isoformat(), policy.for_dbt())
        build_backtest(dbt, candidate, policy)
        tested_before = [] if policy_tests.are_due(settings) else [policy_tests.SELECTION]
        dbt.run(f"{BUILD} {policy_tests.INDIRECTLY}", exclude=tested_before)
        policy_tests.note_passed(settings)
        measured = [*value_fit.refit(engine, candidate, policy), *lift_reading.read_due(engine, candidate, policy)]
        if measured:
            dbt.run(BUILD, select=[f"source:raw.{table}+" for table in measured])


def build_backtest(dbt: Dbt, candidate: Candidate, policy: Policy) -> None:
    """The stages exactly as a run for the backtest day gives them: the same models, as of that day."""
    began = time.monotonic()
    day = candidate.as_of_date - timedelta(days=policy.whole("backtest_days"))
    then = replace(dbt, as_of_date=day.isoformat(), role=Role.BACKTEST)
    then.run(BUILD, select=["+int_lifecycle"], without=["unit_test", "test"], quiet=True)
    log.info("  stages as of %s for the backtest in %.1f s", day, time.monotonic() - began)


def audit_marts(night: Night) -> None:
    """Great Expectations on the marts that readers would see."""
    candidate = candidates.load(night.settings, night.run)
    audit(engine_of(night.settings), candidate, "marts", sorted(EXPECTATIONS.glob("marts_*.json")))


def export(night: Night) -> None:
    """Lists, the report, and what they hand out, into the candidate."""
    candidate = candidates.load(night.settings, night.run)
    with engine_of(night.settings).reading(candidate) as connection:
        candidate.exports = write_exports(connection, candidate)
        ledger.write_events(connection, candidate)
        report.write(connection, candidate)
    candidate.save()
    for name, rows in candidate.exports.items():
        log.info("  %s: %s rows", name, f"{rows:,}")


def publish(night: Night) -> None:
    """Commit the lake's new rows, rename the candidate to a release, move `current`, remove old releases.

    Called again after it was killed, it goes on where it was.
    """
    settings = night.settings
    published = release.of_run(settings, night.run) or _make_release(settings, night.run)
    release.show(settings, published)
    shutil.rmtree(candidates.private_of(settings, night.run), ignore_errors=True)
    manifest = published.manifest()
    record = RunRecord(night.run, str(night.as_of_date), manifest["started_at"], manifest["published_at"], "released")
    journal.append(settings.home, record)
    for name in release.remove_old(settings, Policy.read(settings.policy_folder).whole("keep_releases")):
        log.info("  removed old release %s", name)
    shown = release.current(settings)
    log.info("released %s (current: %s)", published.folder, shown.name if shown else "none")


def _make_release(settings: Settings, run: str) -> Release:
    candidate = candidates.load(settings, run)
    rows = engine_of(settings).close_candidate(candidate)
    release.write_manifest(candidate, rows, journal.utc_now())
    _commit_lake(settings, candidate)
    ledger.adopt_events(candidate, settings.ledger)
    return release.publish(settings, candidate)


def _commit_lake(settings: Settings, candidate: Candidate) -> None:
    taken = [TakenFile(**file) for file in candidate.entry["taken"]]
    entry = Entry(**candidate.entry | {"taken": taken})
    for kind in (HANDLES, "quarantine"):
        for path in (candidate.private / kind).glob("*.parquet"):
            target = settings.private / kind
            target.mkdir(mode=0o700, exist_ok=True)
            path.replace(target / path.name)
    if taken:
        Lake(settings.lake).adopt(candidate.staged, entry)


STEPS: dict[str, Callable[[Night], None]] = {
    "ingest": ingest,
    "audit_raw": audit_raw,
    "transform": transform,
    "audit_marts": audit_marts,
    "export": export,
    "publish": publish,
}


def run_step(night: Night, step: str) -> None:
    """One step under the home's lock; a failure is journalled, with the step and the reason."""
    names = list(STEPS)
    if step == names[-1] and _is_over(night):
        log.info("run %s was released before", night.run)
        return
    lease = Policy.read(night.settings.policy_folder).number("lock_lease_minutes") * 60
    with step_lock(night.settings.home, night.run, step, lease, step == names[0], step == names[-1]):
        began = time.monotonic()
        log.info("%s ...", step)
        with _journalled(night, step):
            STEPS[step](night)
        log.info("%s done in %.1f s", step, time.monotonic() - began)


def _is_over(night: Night) -> bool:
    """Whether the run was released and has left its lock: whoever called the last step was killed before noting it."""
    owner = read_owner(night.settings.home)
    return not (owner and owner.run == night.run) and was_released(night.settings, night.run)


def was_released(settings: Settings, run: str) -> bool:
    """Whether the run came as far as its release, which retention may have removed since."""
    noted = any(r.run == run and r.status == "released" for r in journal.read(settings.home))
    return noted or release.of_run(settings, run) is not None


def run(night: Night) -> None:
    """All steps, one after the other."""
    for step in STEPS:
        run_step(night, step)


@contextmanager
def _journalled(night: Night, step: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        message = str(error) if isinstance(error, MusterError) else type(error).__name__
        started = next(
            (r.started_at for r in journal.read(night.settings.home) if r.run == night.run), journal.utc_now()
        )
        journal.append(
            night.settings.home,
            RunRecord(night.run, str(night.as_of_date), started, journal.utc_now(), "failed", step, message),
        )
        raise
