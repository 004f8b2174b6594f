"""`muster backfill`: nights in order, stopped by a bad night, by a kill or by another run, and gone on with.

Where only the order of nights matters an empty release stands for the night, so that a hundred of them cost seconds.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from muster import backfill, candidate, journal, lock, nightly, release
from muster.engines.on_duckdb import database
from muster.errors import BusyError, MusterError, UsageError
from muster.settings import Settings
from support.compare import assert_equal_marts
from support.shops import Shop

MUSTER = str(Path(sys.executable).parent / "muster")
DAYS = ["2026-01-05", "2026-01-06", "2026-01-07"]
D1, D2, D3 = (date.fromisoformat(day) for day in DAYS)


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.mapping()
    for number, day in enumerate(DAYS):
        order = {"order_id": f"o{number}", "user_id": f"u{number % 2}", "ordered_at": day, "amount": "10"}
        shop.csv(f"orders/{day}.csv", [order])
    return shop


def call(shop: Shop, *arguments: str) -> subprocess.CompletedProcess:
    command, environment = _command(shop, *arguments)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _command(shop: Shop, *arguments: str) -> tuple[list[str], dict[str, str]]:
    return [MUSTER, *arguments], {**os.environ, "MUSTER_HOME": str(shop.home), "MUSTER_LANDING": str(shop.landing)}


def test_killed_in_the_middle_of_a_night_it_goes_on_as_if_nothing_had_been(shop: Shop, tmp_path: Path):
    arguments = ("backfill", "--from", DAYS[0], "--to", DAYS[1])
    command, environment = _command(shop, *arguments, "--verbose")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    transforms = (line for line in process.stdout if line.startswith("transform ..."))
    assert [next(transforms), next(transforms)], "two nights have come to their transform step"
    time.sleep(2)  # dbt is at work
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert _days(shop.settings) == DAYS[:1]
    go_on = f"muster {' '.join(arguments)} --landing {shop.landing}"
    said = f"backfill {DAYS[0]} to {DAYS[1]}, 1 of 2 nights released, stopped; to go on: {go_on}"
    assert said in call(shop, "status").stdout

    finished = call(shop, *arguments)
    assert finished.returncode == 0, finished.stderr
    first, second = release.releases(shop.settings)
    assert finished.stdout.splitlines() == [
        "going on: 1 of 2 nights are released already",
        "night 2 of 2: 2026-01-06",
        f"  released {second.name}; none left",
        "2 night(s) released, 2 kept (keep_releases)",
    ]
    assert [r.manifest()["previous_release"] for r in (first, second)] == [None, first.name]
    assert release.current(shop.settings) == second
    assert not (shop.home / "backfill.json").exists()
    assert not list(shop.settings.releases.glob(".candidate_*"))
    assert "backfill" not in call(shop, "status").stdout

    plain = Shop(shop.landing, tmp_path / "plain")
    backfill.backfill(plain.settings, D1, D2)
    for one, other in zip(release.releases(shop.settings), release.releases(plain.settings), strict=True):
        assert_equal_marts(database(one.folder), database(other.folder))


def test_a_night_that_fails_stops_it_and_is_gone_on_with(shop: Shop):
    """The shop was closed from the 8th on: the fourth day without an order, the 11th, stops."""
    arguments = ("backfill", "--from", "2026-01-10", "--to", "2026-01-11")
    finished = call(shop, *arguments)
    assert finished.returncode == 1
    assert "muster: night 2026-01-11 (2 of 2): the newest order is of 2026-01-07, 4 day(s) before" in finished.stderr
    assert f"then go on with this night: muster {' '.join(arguments)} --landing {shop.landing}" in finished.stderr
    assert re.search(r"released 2026-01-10_\S+; 1 left, about \d+ (s|min)\n", finished.stdout)
    assert _days(shop.settings) == ["2026-01-10"]
    finished = call(shop, *arguments, "--allow-stale", "closed for stocktaking")
    assert finished.returncode == 0, finished.stderr
    assert _days(shop.settings) == ["2026-01-10", "2026-01-11"]
    assert "allowed because: closed for stocktaking" in release.current(shop.settings).manifest()["warnings"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2026-01-06", "--to", "2026-01-05"], "--from 2026-01-06 is after --to 2026-01-05"),
        (["--from", "2026-01-06"], "Missing option '--to'"),
        (["--from", "2026-01-06", "--to", "yesterday"], "'yesterday' does not match the format '%Y-%m-%d'"),
    ],
)
def test_wrong_usage(shop: Shop, arguments: list[str], said: str):
    finished = call(shop, "backfill", *arguments)
    assert finished.returncode == 2
    assert said in finished.stderr
    assert not (shop.home / "backfill.json").exists()


def test_the_help_teaches():
    said = subprocess.run([MUSTER, "backfill", "--help"], capture_output=True, text=True, check=True).stdout
    said = " ".join(said.split())
    for text in ("in order", "Stops at the first night that fails", "the same command goes on", "--restart", "current"):
        assert text in said


class Nights:
    """Stands for nightly.run: an empty release, and the day's `mishaps` in the place of it, each once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mishaps: dict[date, list[BaseException]] = {}
        self.ran: list[date] = []
        self.built_on: dict[str, str | None] = {}
        monkeypatch.setattr(nightly, "run", self.run)
        monkeypatch.setattr(backfill, "POLL_SECONDS", 0)

    def run(self, night: nightly.Night) -> None:
        if waiting := self.mishaps.get(night.as_of_date):
            raise waiting.pop(0)
        made = candidate.create(night.settings, night.as_of_date, night.run, "2026-01-01T00:00:00Z")
        made.previous = getattr(release.previous(night.settings, night.as_of_date), "name", None)
        release.write_manifest(made, {}, f"2026-01-01T{len(self.ran) // 60:02}:{len(self.ran) % 60:02}:00Z")
        release.show(night.settings, release.publish(night.settings, made))
        self.ran.append(night.as_of_date)
        self.built_on[made.name] = made.previous
        release.remove_old(night.settings, keep=4)


@pytest.fixture
def nights(monkeypatch: pytest.MonkeyPatch) -> Nights:
    return Nights(monkeypatch)


def test_finished_it_runs_all_nights_anew(shop: Shop, nights: Nights):
    for _ in range(2):
        plan = backfill.backfill(shop.settings, D1, D3)
        assert len(set(plan.done)) == 3
    assert nights.ran == [D1, D2, D3, D1, D2, D3]


def test_each_night_is_built_on_the_one_before_whatever_retention_removes(shop: Shop, nights: Nights):
    """Forty nights long ago beside four of today; one of today comes in between, as the scheduled night does."""
    for day in range(1, 5):
        nights.run(shop.start(f"2026-06-0{day}"))
    start = date(2020, 1, 1)
    nights.mishaps[start + timedelta(days=20)] = [MusterError("a bad file", "mend it")]
    with pytest.raises(MusterError, match=r"night 2020-01-21 \(21 of 40\): a bad file"):
        backfill.backfill(shop.settings, start, start + timedelta(days=39))
    for day in range(5, 8):
        nights.run(shop.start(f"2026-06-0{day}"))
    plan = backfill.backfill(shop.settings, start, start + timedelta(days=39))
    assert [name[:10] for name in plan.done] == [str(start + timedelta(days=n)) for n in range(40)]
    assert [nights.built_on[name] for name in plan.done] == [None, *plan.done[:-1]]
    newest = [known.name for known in release.releases(shop.settings)]
    assert newest[0] == plan.done[-1]
    assert [name[:10] for name in newest[1:]] == ["2026-06-04", "2026-06-05", "2026-06-06", "2026-06-07"]
    assert release.current(shop.settings).name == newest[-1]
    assert not (shop.home / "backfill.json").exists()


def test_another_range_while_one_is_unfinished(shop: Shop, nights: Nights, tmp_path: Path):
    nights.mishaps[D2] = [MusterError("a bad file", "mend it"), MusterError("still bad", "mend it")]
    with pytest.raises(MusterError, match="a bad file"):
        backfill.backfill(shop.settings, D1, D3)
    moved = Settings(shop.home, tmp_path / "elsewhere")
    for settings, last in ((shop.settings, D2), (moved, D3)):
        with pytest.raises(UsageError, match=r"2026-01-05 to 2026-01-07 .* is unfinished: 1 of 3 nights") as error:
            backfill.backfill(settings, D1, last)
        assert f"muster backfill --from 2026-01-05 --to 2026-01-07 --landing {shop.landing}" in error.value.hint
        assert "--restart" in error.value.hint
    with pytest.raises(MusterError, match="still bad"):
        backfill.backfill(shop.settings, D1, D2, restart=True)
    backfill.backfill(shop.settings, D1, D2)
    assert nights.ran == [D1, D1, D2]


@pytest.mark.parametrize("removed", [False, True])
def test_a_night_that_was_released_but_not_noted_counts_as_done(shop: Shop, nights: Nights, removed: bool):
    backfill.backfill(shop.settings, D1, D2)
    first, second = release.releases(shop.settings)
    shop.settings.current.unlink()
    note = backfill.Backfill(shop.home, D1, D3, shop.landing, [first.name], second.run)
    note.save()
    if removed:  # by retention
        journal.append(shop.home, journal.RunRecord(second.run, DAYS[1], "2026-01-01T00:00:00Z", status="released"))
        shutil.rmtree(second.folder)
    else:  # killed in its last step
        with pytest.raises(KeyboardInterrupt), lock.step_lock(shop.home, second.run, "publish", 60, True, True):
            raise KeyboardInterrupt
    nights.ran.clear()
    plan = backfill.backfill(shop.settings, D1, D3)
    assert nights.ran == [D3]
    assert plan.done[:2] == [first.name, second.name]
    assert lock.read_owner(shop.home) is None


def test_another_run_is_waited_for_but_not_at_the_start(shop: Shop, nights: Nights, caplog: pytest.LogCaptureFixture):
    """Who has just typed the command is told at once; in the middle of it the scheduled night comes and goes."""
    nights.mishaps[D1] = [BusyError("run x is under way", "wait")]
    with pytest.raises(MusterError, match="run x is under way"):
        backfill.backfill(shop.settings, D1, D3)
    nights.mishaps[D2] = [BusyError("run x is under way", "wait") for _ in range(3)]
    backfill.backfill(shop.settings, D1, D3)
    assert nights.ran == [D1, D2, D3]
    assert [r.message for r in caplog.records if "waiting" in r.message] == ["  waiting: run x is under way"]
    nights.mishaps[D2] = [BusyError("run x is under way", "wait")]
    with pytest.MonkeyPatch.context() as impatient:
        impatient.setattr(backfill, "PATIENCE_SECONDS", -1)
        with pytest.raises(MusterError, match=r"night 2026-01-06 \(2 of 3\): run x is under way"):
            backfill.backfill(shop.settings, D1, D3)


def test_two_backfills_at_once(shop: Shop, nights: Nights):
    with lock.file_lock(shop.home / ".backfill.lock"):
        with pytest.raises(BusyError, match="another backfill is under way"):
            backfill.backfill(shop.settings, D1, D3)
        backfill.Backfill(shop.home, D1, D3, shop.landing).save()
        assert backfill.describe(shop.home) == "2026-01-05 to 2026-01-07, 0 of 3 nights released, under way"
    assert nights.ran == []


def test_ctrl_c_is_told_how_to_go_on(shop: Shop, nights: Nights, caplog: pytest.LogCaptureFixture):
    nights.mishaps[D2] = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        backfill.backfill(shop.settings, D1, D3)
    assert "stopped in night 2026-01-06 (2 of 3); to go on with it: muster backfill --from" in caplog.text
    assert json.loads((shop.home / "backfill.json").read_text())["done"] == [release.current(shop.settings).name]


def _days(settings: Settings) -> list[str]:
    return [known.as_of_date.isoformat() for known in release.releases(settings)]
