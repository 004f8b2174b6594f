"""Publishing, rolling back, dying in the middle: readers see a whole release, always."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from muster import lock, nightly, release
from muster.errors import MusterError
from muster.landing.lake import Lake
from support.shops import CUSTOMER_MODELS, Shop

MUSTER = str(Path(sys.executable).parent / "muster")
DAY, NEXT_DAY = "2026-01-05", "2026-01-06"
NICKNAMES = {"u1": "=1+1", "u2": "+8613800138000", "u3": "-5", "u4": "@x", "u5": "plain"}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """One release; u3 has only given back."""
    folder = tmp_path_factory.mktemp("published")
    shop = Shop(folder / "landing", folder / "home").mapping()
    shop.csv("users/1.csv", [{"user_id": user, "nickname": name} for user, name in NICKNAMES.items()])
    orders = [{"order_id": user, "user_id": user, "ordered_at": DAY, "amount": "10"} for user in ("u1", "u2")]
    back = {"order_id": "b", "user_id": "u3", "ordered_at": DAY, "amount": "7.5", "status": "refund"}
    shop.csv("orders/1.csv", [*orders, back])
    shop.night(DAY)
    return shop


@pytest.fixture
def shop(published: Shop, tmp_path: Path) -> Shop:
    """A copy of the published shop that a test may change."""
    shutil.copytree(published.landing, tmp_path / "landing")
    shutil.copytree(published.home, tmp_path / "home", symlinks=True)
    return Shop(tmp_path / "landing", tmp_path / "home")


def command(shop: Shop, *arguments: str) -> tuple[list[str], dict[str, str]]:
    return [MUSTER, *arguments], {**os.environ, "MUSTER_HOME": str(shop.home), "MUSTER_LANDING": str(shop.landing)}


def test_the_manifest_is_true(published: Shop):
    manifest = json.loads((published.settings.current / "manifest.json").read_text())
    assert manifest["as_of_date"] == DAY
    assert manifest["tables"]["marts.customers"] == 5
    inputs = {(file["path"], file["rows"]) for file in manifest["inputs"]}
    assert inputs == {("orders/1.csv", 3), ("users/1.csv", 5)}
    listed = {file["path"]: file for file in manifest["files"]}
    found = {
        path.relative_to(published.settings.current.resolve()).as_posix()
        for path in published.settings.current.resolve().rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert listed.keys() == found
    for name, file in listed.items():
        content = (published.settings.current / name).read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert listed["exports/segments.csv"]["rows"] == 5


def test_lists_are_safe_to_open_and_only_for_their_owner(published: Shop):
    path = published.settings.current / "exports" / "segments.csv"
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfuser_id,")
    rows = {line.split(",")[0]: line.split(",") for line in content.decode("utf-8-sig").splitlines()[1:]}
    assert {user: row[2] for user, row in rows.items()} == {
        "u1": "'=1+1", "u2": "+8613800138000", "u3": "'-5", "u4": "'@x", "u5": "plain",
    }  # fmt: skip
    assert "-7.50" in rows["u3"]  # a number is no formula
    assert {file.stat().st_mode & 0o777 for file in path.parent.rglob("*") if file.is_file()} == {0o600}
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent / "workbooks")} == {0o700}


def test_a_release_refers_to_nothing_outside(published: Shop, tmp_path: Path):
    alone = shutil.copy(published.settings.current / "muster.duckdb", tmp_path / "alone.duckdb")
    with duckdb.connect(str(alone), read_only=True) as connection:
        kinds = connection.execute("select distinct table_type from information_schema.tables").fetchall()
        schemas = connection.execute(
            "select distinct table_schema from information_schema.tables order by 1"
        ).fetchall()
    assert kinds == [("BASE TABLE",)]
    assert schemas == [("marts",), ("policy",), ("state",)]


def test_a_second_run_is_told_who_is_at_work(shop: Shop):
    with lock.step_lock(shop.home, "first", "transform", 60, first=True, last=False):
        arguments, environment = command(shop, "run", "--as-of", NEXT_DAY)
        began = time.monotonic()
        finished = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert "run first is under way (step transform" in finished.stderr
    assert time.monotonic() - began < 20
    # Between two tasks of an Airflow run the home is still that run's ...
    with pytest.raises(MusterError, match="run first is under way"):
        nightly.run_step(shop.start(NEXT_DAY), "ingest")
    # ... until its lease is over.
    with lock.step_lock(shop.home, "second", "ingest", 0, first=True, last=False):
        pass
    with (
        pytest.raises(MusterError, match=r"run second (has taken over from run first|is under way)"),
        lock.step_lock(shop.home, "first", "audit_marts", 0, first=False, last=False),
    ):
        pass


def test_a_failed_run_gives_its_lock_up_at_once(shop: Shop):
    with pytest.raises(ZeroDivisionError), lock.step_lock(shop.home, "first", "export", 60, first=True, last=False):
        raise ZeroDivisionError
    with lock.step_lock(shop.home, "second", "ingest", 60, first=True, last=True):
        pass
    assert lock.read_owner(shop.home) is None


def test_a_killed_run_changes_nothing_and_the_next_one_cleans_up(shop: Shop):
    before = shop.settings.current.resolve()
    entries = len(list((shop.home / "lake" / "_log").iterdir()))
    shop.csv("orders/2.csv", [{"order_id": "n", "user_id": "u5", "ordered_at": NEXT_DAY, "amount": "3"}])
    arguments, environment = command(shop, "run", "--as-of", NEXT_DAY)
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    for line in process.stdout:
        if line.startswith("transform"):
            break
    time.sleep(2)  # dbt is at work
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert shop.settings.current.resolve() == before
    assert shop.rows("select count(*) from marts.customers") == [(5,)]
    assert len(list((shop.home / "lake" / "_log").iterdir())) == entries
    assert list(shop.settings.releases.glob(".candidate_*"))

    stop = shop.home / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(shop.home / "current" / "muster.duckdb"), str(stop)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout.readline() == "reading\n"
    released = shop.night(NEXT_DAY)
    time.sleep(0.5)
    stop.touch()
    seen, _ = reader.communicate(timeout=20)
    assert json.loads(seen) == [[DAY, 3], [NEXT_DAY, 4]]  # the old release, then the new one, and nothing between

    assert list(shop.settings.releases.glob(".candidate_*")) == []
    assert shop.settings.current.resolve() == released.folder
    statuses = shop.rows("select status, failed_step, message from marts.runs order by started_at, run")
    assert statuses == [("released", None, None), ("failed", None, "killed"), ("released", None, None)]


# Opens what `current` shows, again and again; prints every state that it has seen, in order.
READER = """
import json, os, sys, duckdb
seen = []
print("reading", flush=True)
while not os.path.exists(sys.argv[2]):
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        day, = connection.execute("select distinct as_of_date from marts.customers").fetchone()
        buyers, = connection.execute("select count(*) from marts.customers where lifetime_monetary <> 0").fetchone()
    if [str(day), buyers] not in seen:
        seen.append([str(day), buyers])
print(json.dumps(seen))
"""


def test_a_publish_killed_before_its_commit_leaves_no_part_in_the_lake(shop: Shop):
    orphan = shop.home / "lake" / "orders" / "000099-0001.parquet"
    orphan.write_bytes(b"half")
    Lake(shop.home / "lake").remove_leftovers()
    assert not orphan.exists()
    assert list((shop.home / "lake" / "orders").iterdir())


def _more_releases(shop: Shop, days: list[str]) -> list[str]:
    """Releases of further days, as folders alone: rollback and retention look at nothing else."""
    shown = release.current(shop.settings)
    for day in days:
        shutil.copytree(shown.folder, shop.settings.releases / f"{day}_{shown.run}")
    return [known.name for known in release.releases(shop.settings)]


def test_rollback_goes_back_one_release_and_forward_by_name(shop: Shop):
    older, newer = _more_releases(shop, ["2026-01-04"])
    left, shown = release.rollback(shop.settings)
    assert (left.name, shown.name) == (newer, older)
    assert release.current(shop.settings).name == older
    with pytest.raises(MusterError, match="no release before"):
        release.rollback(shop.settings)
    release.rollback(shop.settings, to=newer)
    assert release.current(shop.settings).name == newer
    with pytest.raises(MusterError, match="no release 1999"):
        release.rollback(shop.settings, to="1999-01-01_x")


def test_retention_keeps_the_newest_and_the_current_one(shop: Shop):
    names = _more_releases(shop, ["2026-01-01", "2026-01-06", "2026-01-07"])
    release.remove_old(shop.settings, keep=2)
    assert [known.name for known in release.releases(shop.settings)] == names[-3:]  # the 5th is the current one
    assert release.current(shop.settings).as_of_date.isoformat() == DAY


def test_status_and_rollback_on_the_command_line(shop: Shop):
    _more_releases(shop, ["2026-01-04"])
    for arguments, said in (
        (["status"], f"current  {DAY}_"),
        (["rollback"], "current is 2026-01-04_"),
        (["status"], "current  2026-01-04_"),
    ):
        call, environment = command(shop, *arguments)
        finished = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stderr
        assert said in finished.stdout


def test_a_changed_file_must_be_settled(shop: Shop):
    shop.csv("orders/1.csv", [{"order_id": "u1", "user_id": "u1", "ordered_at": DAY, "amount": "12"}])
    with pytest.raises(MusterError, match=r"muster landing accept orders/1\.csv") as error:
        nightly.run_step(shop.start(DAY), "ingest")
    assert "muster landing withdraw orders/1.csv" in str(error.value)
    for arguments in (["landing", "accept", "orders/1.csv"], ["landing", "withdraw", "users/1.csv"]):
        call, environment = command(shop, *arguments)
        assert subprocess.run(call, env=environment, check=False).returncode == 0
    shop.models(DAY, *CUSTOMER_MODELS)
    # The accepted file's new content stands in the place of the old, the withdrawn file's users are gone.
    found = shop.rows("select user_id, is_stub, lifetime_monetary from marts.customers order by user_id")
    assert found == [("u1", True, 12)]


def test_a_night_without_news_reads_and_commits_nothing(shop: Shop):
    night = shop.start(DAY)
    nightly.run_step(night, "ingest")
    (candidate,) = shop.settings.releases.glob(".candidate_*/candidate.json")
    assert json.loads(candidate.read_text())["entry"]["taken"] == []
    assert not list(candidate.parent.glob("work/lake/**/*.parquet"))
