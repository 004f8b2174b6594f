"""One run at a time per MUSTER_HOME, also when each step is a process of its own.

While a step works it holds an operating-system lock, which dies with it. Between two steps (Airflow) a small
file says who is under way; it runs out after a lease, and at once when the step before failed or was killed.
"""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from muster.errors import BusyError, MusterError

PATIENCE_SECONDS = 6 * 3600  # how long a backfill, or a task of the DAG, waits for a home that another run has
HINT = "wait until it has ended (`muster status`), then start again"


@dataclass
class Owner:
    """Who is under way. state: working, waiting (between steps) or failed; seen: seconds since the epoch."""

    run: str
    step: str
    state: str
    seen: float
    process: str


@contextmanager
def step_lock(home: Path, run: str, step: str, lease_seconds: float, first: bool, last: bool) -> Iterator[None]:
    """Hold the home for one step of `run`; BusyError at once where another run has it.

    first: this step starts the run. last: this step ends it, and the home is free afterwards.
    """
    with short_lock(home):
        _check_owner(read_owner(home), run, lease_seconds, first)
        _write(home, run, step, "working")
        try:
            yield
        except BaseException:
            _write(home, run, step, "failed")
            raise
        if last:
            _owner_file(home).unlink()
        else:
            _write(home, run, step, "waiting")


@contextmanager
def short_lock(home: Path) -> Iterator[None]:
    """Hold the home against other writers for a short action outside a run (rollback, landing)."""
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(home / ".lock"))
        except BlockingIOError as error:
            raise _busy(read_owner(home)) from error
        yield


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an operating-system lock, which dies with this process; BlockingIOError at once where another holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def is_held(path: Path) -> bool:
    """Whether a living process holds `file_lock(path)`."""
    try:
        with file_lock(path):
            return False
    except BlockingIOError:
        return True


def read_owner(home: Path) -> Owner | None:
    """Who is under way, or was when it died; None where nobody is."""
    try:
        return Owner(**json.loads(_owner_file(home).read_text()))
    except FileNotFoundError:
        return None


def _check_owner(owner: Owner | None, run: str, lease_seconds: float, first: bool) -> None:
    if owner is None or owner.run == run:
        if owner is None and not first:
            raise MusterError(f"run {run} no longer holds its lock", "start the night again, from its first step")
        return
    # A step marked as working whose operating-system lock is free was killed: its run is dead.
    if owner.state == "waiting" and time.time() - owner.seen < lease_seconds:
        raise _busy(owner)
    if not first:
        raise MusterError(f"run {owner.run} has taken over from run {run}", "start the night again")


def _busy(owner: Owner | None) -> BusyError:
    if owner is None:
        return BusyError("another muster command is at work in this MUSTER_HOME", HINT)
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(owner.seen))
    return BusyError(f"run {owner.run} is under way (step {owner.step}, {owner.process}, since {since} UTC)", HINT)


def _owner_file(home: Path) -> Path:
    return home / "lock.json"


def _write(home: Path, run: str, step: str, state: str) -> None:
    owner = Owner(run, step, state, time.time(), f"process {os.getpid()} on {socket.gethostname()}")
    draft = home / ".lock.json.tmp"
    draft.write_text(json.dumps(asdict(owner)))
    draft.replace(_owner_file(home))
