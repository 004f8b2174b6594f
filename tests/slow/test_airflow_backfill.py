"""A backfill through the real scheduler, which is killed in the middle of a night and started again."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from muster import backfill, lock, release
from muster.engines.on_duckdb import database
from support.airflow import airflow_environment
from support.compare import assert_equal_marts
from support.shops import Shop

PROGRAMS = Path(sys.executable).parent
DAYS = ["2011-12-05", "2011-12-06", "2011-12-07", "2011-12-08", "2011-12-09"]
KILLED_DAY, KILLED_STEP = DAYS[1], "transform"
COMMAND = re.compile(r"^airflow (backfill create .*) --from-date (\S+) --to-date (\S+)$", re.MULTILINE)


class Airflow:
    """`make up` with a home of its own."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.port, *log_ports = _free_ports(3)
        self.home, self.output = folder / "airflow", folder / "up.log"
        self.environment = airflow_environment(self.home) | {
            "MUSTER_HOME": str(shop.home),
            "MUSTER_LANDING": str(shop.landing),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(log_ports[0]),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(log_ports[1]),
            # The scheduler that was killed counts as alive for 30 seconds; its tasks are taken over after that.
            "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
        }
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "muster.orchestration", "up", "--port", str(self.port)]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(command, env=self.environment, stdout=output, stderr=subprocess.STDOUT)
        wait(lambda: "Airflow is ready" in self.output.read_text(), 300, "Airflow is ready")

    def kill(self) -> None:
        """SIGKILL to all of Airflow at once: scheduler, its task, dbt; no one may put anything in order."""
        mine = _processes(lambda pid, parent, session: parent == self.process.pid)
        everybody = lambda: _processes(lambda pid, parent, session: session in mine)  # noqa: E731
        self.process.kill()
        while pids := everybody():
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()

    def call(self, *arguments: str) -> bool:
        """Airflow's own command line; False where its SQLite was busy for too long."""
        finished = subprocess.run(
            [PROGRAMS / "airflow", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        busy = "database is locked" in finished.stderr
        assert finished.returncode == 0 or busy, finished.stdout + finished.stderr
        return not busy

    def backfill(self, options: str, first: str, last: str) -> None:
        """Create a backfill; where only some of its nights could be created, the same command creates the rest."""
        for _ in range(5):
            if self.call(*options.split(), "--from-date", first, "--to-date", last):
                return
            wait(self.backfills_over, 900, "the nights that could be created have ended")
        pytest.fail("no backfill could be created")

    def ask(self, sql: str) -> list[tuple]:
        """Query Airflow's metadata."""
        with closing(sqlite3.connect(f"file:{self.home}/airflow.db?mode=ro", uri=True, timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def backfills_over(self) -> bool:
        return self.ask("select count(*) from backfill where completed_at is null") == [(0,)]


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _processes(wanted: Callable[[int, int, int], bool]) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,sess=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(row[0]) for row in rows if not row[3].startswith("Z") and wanted(*map(int, row[:3]))]


def wait(condition: Callable[[], object], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.2)


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Far from UTC: 03:00 in Kiritimati is 13:00 UTC of the day before."""
    shop.mapping({"business_timezone": "Pacific/Kiritimati", "currency": "AUD"})
    for number, day in enumerate(DAYS):
        order = {"order_id": f"o{number}", "user_id": f"u{number % 3}", "ordered_at": day, "amount": "10"}
        shop.csv(f"orders/{day}.csv", [order])
    return shop


@pytest.fixture
def airflow(shop: Shop, tmp_path: Path) -> Iterator[Airflow]:
    airflow = Airflow(shop, tmp_path)
    try:
        airflow.start()
        yield airflow
    finally:
        airflow.stop()


def test_a_killed_backfill_goes_on_and_gives_what_the_command_line_gives(shop: Shop, airflow: Airflow, tmp_path: Path):
    wait(lambda: airflow.ask("select 1 from dag where dag_id = 'nightly'"), 300, "the DAG is known")
    wait(lambda: airflow.call("dags", "unpause", "nightly"), 300, "the DAG is unpaused")
    ((docs,),) = airflow.ask("select json_extract(data, '$.dag.doc_md') from serialized_dag")
    command, first, last = COMMAND.search(docs).groups()
    assert (first, last) == (f"{DAYS[0]}T00:00+14:00", f"{DAYS[4]}T23:59+14:00")
    airflow.backfill(command, first, last.replace(DAYS[4], DAYS[2]))

    wait(lambda: _at_work(shop) == (KILLED_DAY, KILLED_STEP), 600, "the second night is being transformed")
    time.sleep(2)
    airflow.kill()
    assert [known.as_of_date.isoformat() for known in release.releases(shop.settings)] == DAYS[:1]
    airflow.start()
    wait(airflow.backfills_over, 900, "the backfill has ended")
    assert _runs(airflow) == [(day, "success") for day in DAYS[:3]]

    # Somebody forgets --max-active-runs 1: Airflow begins all nights at once, and they wait for one another.
    airflow.backfill(command.replace("--max-active-runs 1", ""), first.replace(DAYS[0], DAYS[3]), last)
    wait(airflow.backfills_over, 900, "the second backfill has ended")
    assert _runs(airflow) == [(day, "success") for day in DAYS]
    airflow.stop()

    found = release.releases(shop.settings)
    assert [known.as_of_date.isoformat() for known in found] == DAYS
    assert [known.manifest()["previous_release"] for known in found] == [None, *(known.name for known in found[:-1])]
    published = [known.published_at for known in found]
    assert published == sorted(published)
    assert release.current(shop.settings) == found[-1]
    assert lock.read_owner(shop.home) is None

    plain = Shop(shop.landing, tmp_path / "plain")
    backfill.backfill(plain.settings, date.fromisoformat(DAYS[0]), date.fromisoformat(DAYS[-1]))
    for one, other in zip(found, release.releases(plain.settings), strict=True):
        assert_equal_marts(database(one.folder), database(other.folder))


def _at_work(shop: Shop) -> tuple[str, str] | None:
    owner = lock.read_owner(shop.home)
    candidates = [json.loads(path.read_text()) for path in shop.settings.releases.glob(".candidate_*/candidate.json")]
    return next(((c["as_of_date"], owner.step) for c in candidates if owner and c["run"] == owner.run), None)


def _runs(airflow: Airflow) -> list[tuple[str, str]]:
    """The backfills' nights with their states; a night's data interval begins on its business day in Kiritimati."""
    rows = airflow.ask(
        "select data_interval_start, state from dag_run where run_type = 'backfill' order by logical_date"
    )
    return [((date.fromisoformat(start[:10]) + timedelta(days=1)).isoformat(), state) for start, state in rows]
