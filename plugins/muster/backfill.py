"""`muster backfill`: one night after the other, each a release of its own; after a kill the same command goes on."""

import json
import logging
import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from muster import durable, nightly, release
from muster.errors import BusyError, MusterError, UsageError
from muster.lock import PATIENCE_SECONDS, file_lock, is_held
from muster.nightly import Night
from muster.settings import Settings

log = logging.getLogger(__name__)

FILE_NAME, LOCK_NAME = "backfill.json", ".backfill.lock"
POLL_SECONDS = 5


@dataclass
class Backfill:
    """A range of nights and how far it has come, kept in `backfill.json` until the last night is released.

    Retention removes old releases while a long backfill goes on, so releases alone cannot say what is done.
    done: the names of the nights' releases, in order. run: of the night under way, or that was when the process died.
    """

    home: Path
    first: date
    last: date
    landing: Path
    done: list[str] = field(default_factory=list)
    run: str | None = None

    @property
    def nights(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def day(self) -> date:
        """The first night that is not done."""
        return self.first + timedelta(days=len(self.done))

    @property
    def command(self) -> str:
        """What goes on with it."""
        return f"muster backfill --from {self.first} --to {self.last} --landing {shlex.quote(str(self.landing))}"

    def save(self) -> None:
        document = {
            "from": str(self.first), "to": str(self.last), "landing": str(self.landing),
            "done": self.done, "run": self.run,
        }  # fmt: skip
        durable.write(self.home / FILE_NAME, json.dumps(document, indent=1))

    def finish_night(self) -> None:
        self.done.append(f"{self.day}_{self.run}")
        self.run = None
        self.save()


def unfinished(home: Path) -> Backfill | None:
    """The backfill that is under way or was stopped; None where none is."""
    try:
        document = json.loads((home / FILE_NAME).read_text())
    except FileNotFoundError:
        return None
    first, last = (date.fromisoformat(document[name]) for name in ("from", "to"))
    return Backfill(home, first, last, Path(document["landing"]), document["done"], document["run"])


def describe(home: Path) -> str | None:
    """A line for `muster status`: an unfinished backfill, and what goes on with it; None where there is none."""
    found = unfinished(home)
    if found is None:
        return None
    said = f"{found.first} to {found.last}, {len(found.done)} of {found.nights} nights released"
    if is_held(home / LOCK_NAME):
        return f"{said}, under way"
    return f"{said}, stopped; to go on: {found.command}"


def backfill(
    settings: Settings, first: date, last: date, allow_stale: str | None = None, restart: bool = False
) -> Backfill:
    """Release every night from `first` to `last`, in order; MusterError names the first one that fails.

    A backfill of the same range that was stopped goes on after its last release. restart: forget it instead.
    """
    if first > last:
        raise UsageError(f"--from {first} is after --to {last}", "give the first night, then the last one")
    with _alone(settings.home):
        plan = _plan(settings, first, last, restart)
        _finish_killed_night(settings, plan)
        before, began = len(plan.done), time.monotonic()
        while len(plan.done) < plan.nights:
            with _named(plan):
                _release_night(settings, plan, allow_stale, patient=len(plan.done) > before)
            pace = (time.monotonic() - began) / (len(plan.done) - before)
            left = plan.nights - len(plan.done)
            rest = f"{left} left, about {_duration(pace * left)}" if left else "none left"
            log.info("  released %s; %s", plan.done[-1], rest)
        (settings.home / FILE_NAME).unlink()
        kept = len({known.name for known in release.releases(settings)} & set(plan.done))
        log.info("%s night(s) released, %s kept (keep_releases)", plan.nights, kept)
        return plan


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(home / LOCK_NAME))
        except BlockingIOError as error:
            raise BusyError("another backfill is under way in this MUSTER_HOME", "see `muster status`") from error
        yield


def _plan(settings: Settings, first: date, last: date, restart: bool) -> Backfill:
    found = None if restart else unfinished(settings.home)
    if found is None:
        found = Backfill(settings.home, first, last, settings.landing)
        found.save()
    elif (found.first, found.last, found.landing) != (first, last, settings.landing):
        raise UsageError(
            f"a backfill of {found.first} to {found.last} over {found.landing} is unfinished: "
            f"{len(found.done)} of {found.nights} nights are released",
            f"go on with it: {found.command}; or forget it: the new command with --restart",
        )
    elif found.done or found.run:
        log.info("going on: %s of %s nights are released already", len(found.done), found.nights)
    return found


def _finish_killed_night(settings: Settings, plan: Backfill) -> None:
    """A night that came as far as its release is done; whatever was left of its last step is caught up on."""
    if plan.run and nightly.was_released(settings, plan.run):
        nightly.run_step(Night(settings, plan.day, plan.run), "publish")
        plan.finish_night()


def _release_night(settings: Settings, plan: Backfill, allow_stale: str | None, patient: bool) -> None:
    """One night. patient: another run that has the home meanwhile (the scheduled night) is waited for."""
    log.info("night %s of %s: %s", len(plan.done) + 1, plan.nights, plan.day)
    plan.run = nightly.new_run()
    plan.save()
    end = time.monotonic() + PATIENCE_SECONDS
    said = ""
    while True:
        try:
            nightly.run(Night(settings, plan.day, plan.run, allow_stale))
        except BusyError as error:
            if not patient or time.monotonic() > end:
                raise
            if error.message != said:
                log.warning("  waiting: %s", said := error.message)
            time.sleep(POLL_SECONDS)
        else:
            return plan.finish_night()


@contextmanager
def _named(plan: Backfill) -> Iterator[None]:
    """Whatever stops a night is told with its date and with what goes on."""
    night = f"night {plan.day} ({len(plan.done) + 1} of {plan.nights})"
    try:
        yield
    except MusterError as error:
        hint = f"{error.hint}; then go on with this night: {plan.command}"
        raise MusterError(f"{night}: {error.message}", hint) from error
    except BaseException:
        log.error("stopped in %s; to go on with it: %s", night, plan.command)  # noqa: TRY400 - the caller shows it
        raise


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"
