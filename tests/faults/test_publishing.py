"""Publishing at its seams: killed between any two of its moves, read without a pause, and kept for long enough.

The night's models are left out here (a table of one's own stands for the marts), so that a hundred publishes cost
seconds; tests/faults/test_releases.py does the same to whole nights.
"""

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from muster import candidate, journal, lock, nightly, release
from muster.engines import on_duckdb
from muster.errors import MusterError
from muster.export import formula_safe
from muster.landing.lake import Lake
from support.killed import KILLED, night
from support.looping import reader_in_a_loop
from support.shops import Shop

D1, D2 = "2024-01-01", "2024-01-02"

# What stands for the models.
MODELS = """
import duckdb
from muster.engines import on_duckdb

with duckdb.connect(str(on_duckdb.database(candidate.folder))) as connection:
    connection.execute(f"attach '{on_duckdb.scratch(candidate)}' as work (read_only)")
    connection.execute(f"create table marts.customers as select order_id, date '{day}' as day from work.raw.orders")
"""


def orders(*numbers: int) -> list[dict]:
    return [{"order_id": f"o{n}", "user_id": "u", "ordered_at": D1, "amount": "1"} for n in numbers]


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("first_night")
    shop = Shop(folder / "landing", folder / "home").mapping()
    shop.csv("orders/1.csv", orders(1))
    assert night(shop, D1, MODELS) == 0
    return shop


@pytest.mark.parametrize(
    ("dies_at", "shown", "entries"),
    [
        ("muster.release:write_manifest", D1, 1),
        ("muster.landing.lake:Lake.commit", D1, 1),  # parts moved, not committed
        ("muster.release:publish", D1, 2),  # the lake has the rows, the release is not there
        ("muster.release:point_current", D1, 2),  # the release is there, nobody is shown it
        ("muster.journal:append", D2, 2),  # shown, not noted
    ],
)
def test_killed_between_two_moves(first_night: Shop, shop: Shop, dies_at: str, shown: str, entries: int) -> None:
    """Readers see the old release or the new one, no row is lost or doubled, and the next run needs no hand."""
    shutil.copytree(first_night.landing, shop.landing)
    shutil.copytree(first_night.home, shop.home, symlinks=True)
    shop.csv("orders/2.csv", orders(2, 3))
    assert night(shop, D2, MODELS, dies_at) == KILLED
    assert shop.rows("select distinct day::varchar, count(*) over () from marts.customers") == [
        (shown, 1 if shown == D1 else 3)
    ]
    assert len(list((shop.home / "lake" / "_log").glob("*.json"))) == entries
    assert night(shop, D2, MODELS) == 0
    assert shop.rows("select distinct day::varchar from marts.customers") == [(D2,)]
    assert shop.rows("select order_id from marts.customers order by 1") == [("o1",), ("o2",), ("o3",)]
    lake = Lake(shop.settings.lake)
    files = {path: file.rows for (_, path), file in lake.state().files.items()}
    assert files == {"orders/1.csv": 1, "orders/2.csv": 2}
    held = {path.relative_to(lake.folder).as_posix() for path in lake.folder.glob("orders/*.parquet")}
    assert held == {"orders/000001-0001.parquet", "orders/000002-0001.parquet"}
    assert not list(shop.settings.releases.glob(".*"))
    assert not list(shop.settings.private.glob(".*"))
    assert lock.read_owner(shop.home) is None


@pytest.mark.parametrize(
    "dies_at",
    [
        "muster.release:write_manifest",
        "muster.landing.lake:Lake.commit",
        "muster.release:sync_tree",
        "muster.release:point_current",
        "muster.journal:append",
        "muster.release:remove_old",
    ],
)
def test_a_publish_that_was_killed_goes_on_when_it_is_called_again(first_night: Shop, shop: Shop, dies_at: str) -> None:
    """Airflow calls a task again whose scheduler was killed; the last time after all had been done."""
    shutil.copytree(first_night.landing, shop.landing)
    shutil.copytree(first_night.home, shop.home, symlinks=True)
    shop.csv("orders/2.csv", orders(2, 3))
    assert night(shop, D2, MODELS, dies_at) == KILLED
    killed = nightly.Night(shop.settings, date.fromisoformat(D2), lock.read_owner(shop.home).run)
    for _ in range(2):
        nightly.run_step(killed, "publish")
        assert release.current(shop.settings).run == killed.run
        assert [known.as_of_date.isoformat() for known in release.releases(shop.settings)] == [D1, D2]
        assert shop.rows("select order_id from marts.customers order by 1") == [("o1",), ("o2",), ("o3",)]
        assert len(list((shop.home / "lake" / "_log").glob("*.json"))) == 2
        assert [record.status for record in journal.read(shop.home)] == ["released", "released"]
        assert lock.read_owner(shop.home) is None
    assert not list(shop.settings.releases.glob(".*"))
    assert not list(shop.settings.private.glob(".*"))


READER = """
import sys, duckdb
print("reading", flush=True)
seen = []
while not seen or seen[-1] < int(sys.argv[2]):
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        rows, low, high = connection.execute("select count(*), min(x), max(x) from marts.t").fetchone()
    assert (rows, low) == (500, high), (rows, low, high)
    if not seen or seen[-1] != low:
        seen.append(low)
print(*seen)
"""


def publish(shop: Shop, day: date, run: str, value: int = 0) -> release.Release:
    """A release whose only table holds one value, five hundred times."""
    made = candidate.create(shop.settings, day, run, "2024-01-01T00:00:00Z")
    with duckdb.connect(str(on_duckdb.database(made.folder))) as connection:
        connection.execute(f"create schema marts; create table marts.t as select {value} as x from range(500)")
    release.write_manifest(made, {}, "2024-01-01T00:00:00Z")
    published = release.publish(shop.settings, made)
    release.show(shop.settings, published)
    return published


def test_readers_never_see_anything_but_a_whole_release(shop: Shop) -> None:
    """They open `current` again and again while it is moved forty times and old releases go."""
    last = 40
    publish(shop, date(2024, 1, 1), "run000", 0)
    command = [sys.executable, "-c", READER, str(shop.settings.current / "muster.duckdb"), str(last)]
    with reader_in_a_loop(command):
        for value in range(1, last + 1):
            publish(shop, date(2024, 1, 1), f"run{value:03d}", value)
            release.remove_old(shop.settings, keep=3)


def names(shop: Shop) -> list[str]:
    return [f"{known.as_of_date}/{known.run}" for known in release.releases(shop.settings)]


def test_the_previous_release_is_the_newest_of_an_earlier_day(shop: Shop) -> None:
    for day, run in [(3, "a"), (1, "b"), (2, "c"), (2, "d")]:
        publish(shop, date(2024, 1, day), run)
    found = {day: release.previous(shop.settings, date(2024, 1, day)) for day in range(1, 6)}
    assert {day: earlier and earlier.run for day, earlier in found.items()} == {
        1: None, 2: "b", 3: "d", 4: "a", 5: "a",
    }  # fmt: skip
    assert release.current(shop.settings).run == "a", "nights of earlier days do not move `current`"


def test_the_same_day_again_is_shown_and_rolled_back(shop: Shop) -> None:
    publish(shop, date(2024, 1, 1), "a", 1)
    publish(shop, date(2024, 1, 1), "b", 2)
    assert shop.rows("select distinct x from marts.t") == [(2,)]
    left, shown = release.rollback(shop.settings)
    assert (left.run, shown.run) == ("b", "a")
    assert shop.rows("select distinct x from marts.t") == [(1,)]
    with pytest.raises(MusterError, match="no release before 2024-01-01_a to go back to") as error:
        release.rollback(shop.settings)
    assert "other releases: 2024-01-01_b" in str(error.value)
    assert release.current(shop.settings).run == "a"


def test_rollback_before_the_first_release(shop: Shop) -> None:
    with pytest.raises(MusterError, match="there is no release yet"):
        release.rollback(shop.settings)


def test_retention_spares_what_is_shown_after_a_rollback(shop: Shop) -> None:
    for day in range(1, 7):
        publish(shop, date(2024, 1, day), f"r{day}")
    release.rollback(shop.settings, to="2024-01-01_r1")
    assert release.remove_old(shop.settings, keep=2) == ["2024-01-02_r2", "2024-01-03_r3", "2024-01-04_r4"]
    assert names(shop) == ["2024-01-01/r1", "2024-01-05/r5", "2024-01-06/r6"]


def test_a_night_of_long_ago_is_not_removed_as_soon_as_it_is_published(shop: Shop) -> None:
    """A backfill builds each day on the one before."""
    for day in (10, 11, 12):
        publish(shop, date(2024, 1, day), f"a{day}")
    for day in (1, 2, 3):
        publish(shop, date(2024, 1, day), f"b{day}")
        release.remove_old(shop.settings, keep=3)
        assert release.previous(shop.settings, date(2024, 1, day + 1)).run == f"b{day}"
    assert names(shop) == ["2024-01-03/b3", "2024-01-10/a10", "2024-01-11/a11", "2024-01-12/a12"]


def test_a_backfill_of_long_ago_is_not_lost_when_nights_of_today_come_between(shop: Shop) -> None:
    """It may be stopped for as many nights as are kept; then it is an old release like any other."""
    for day in (10, 11, 12):
        publish(shop, date(2024, 1, day), f"r{day}")
    publish(shop, date(2024, 1, 1), "r13")
    for day in (13, 14):
        publish(shop, date(2024, 1, day), f"r{day + 1}")
        release.remove_old(shop.settings, keep=3)
        assert release.previous(shop.settings, date(2024, 1, 2)).run == "r13"
    publish(shop, date(2024, 1, 15), "r16")
    assert release.remove_old(shop.settings, keep=3) == ["2024-01-01_r13", "2024-01-12_r12"]


def test_many_runs_of_one_day_do_not_remove_the_day_before(shop: Shop) -> None:
    """The night's state comes from it: without it the same night would give something else."""
    publish(shop, date(2024, 1, 1), "a")
    for run in range(5):
        publish(shop, date(2024, 1, 2), f"b{run}")
        release.remove_old(shop.settings, keep=2)
    assert names(shop) == ["2024-01-01/a", "2024-01-02/b3", "2024-01-02/b4"]


def test_the_manifest_of_a_release_names_every_file(shop: Shop) -> None:
    folder = publish(shop, date(2024, 1, 1), "a").folder
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [file["path"] for file in manifest["files"]] == ["muster.duckdb"]
    assert sorted(path.name for path in folder.iterdir()) == ["exports", "manifest.json", "muster.duckdb", "quality"]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-5", "'-5"), ("@sum(a)", "'@sum(a)"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"), ("\uff1d1+1", "'\uff1d1+1"), ("\uff0b1", "'\uff0b1"), ("\uff0d1", "'\uff0d1"),
        ("\uff20x", "'\uff20x"), ("+8613800138000", "+8613800138000"), ("+8613800138000 ", "'+8613800138000 "),
        ("+86138001380001234567", "'+86138001380001234567"), ("+123|calc", "'+123|calc"), ("a=1", "a=1"), ("", ""),
        ("5", "5"), ("王小明", "王小明"),
    ],
)  # fmt: skip
def test_a_text_that_a_spreadsheet_would_run(text: str, safe: str) -> None:
    assert duckdb.execute(f"select {formula_safe('t')} from (select ? as t)", [text]).fetchone() == (safe,)


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from muster.lock import step_lock
with step_lock(Path(sys.argv[1]), "dead", "transform", 60, True, False):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert lock.read_owner(tmp_path).state == "working"
    with lock.step_lock(tmp_path, "next", "ingest", 60, first=True, last=True):
        assert lock.read_owner(tmp_path).run == "next"
    assert lock.read_owner(tmp_path) is None


def test_a_run_that_was_killed_between_its_steps_holds_the_home_for_its_lease(tmp_path: Path) -> None:
    with lock.step_lock(tmp_path, "waits", "ingest", 60, first=True, last=False):
        pass
    refused = pytest.raises(MusterError, match=r"run waits is under way \(step ingest, process \d+ on .*\)")
    with refused, lock.step_lock(tmp_path, "next", "ingest", 60, first=True, last=False):
        pass
    with lock.step_lock(tmp_path, "waits", "transform", 60, first=False, last=False):
        assert lock.read_owner(tmp_path).step == "transform"
    with lock.step_lock(tmp_path, "next", "ingest", 0, first=True, last=True):
        pass
    with (
        pytest.raises(MusterError, match="run waits no longer holds its lock"),
        lock.step_lock(tmp_path, "waits", "audit_marts", 60, first=False, last=False),
    ):
        pass
