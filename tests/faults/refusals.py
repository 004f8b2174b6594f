"""A night that must not be released, run by the real command; and the ingest step alone, for what may pass."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
from muster import candidate, nightly
from muster.candidate import Candidate
from muster.engines.on_duckdb import database
from support.shops import Shop

MUSTER = Path(sys.executable).parent / "muster"
AS_OF = "2024-01-31"
HEADER = "order_id,user_id,ordered_at,amount,status"
PUBLISHED = "2023-12-31_20240101T010101abcd"


def rows(count: int = 120, bad: int = 0, **wrong: str) -> list[dict]:
    """Orders of AS_OF, of which the first `bad` are wrong."""
    good = {"user_id": "u", "ordered_at": f"{AS_OF} 10:00:00", "amount": "9.90", "status": "completed"}
    return [{"order_id": f"o{n}", **good} | (wrong if n < bad else {}) for n in range(count)]


def text(bad: str = "", count: int = 120) -> str:
    """The same as CSV, with lines of one's own at the end."""
    lines = "".join(f"o{n},u,{AS_OF} 10:00:00,9.90,completed\n" for n in range(count))
    return f"{HEADER}\n{lines}{bad}"


def publish_before(shop: Shop) -> None:
    """A home that has published once: what readers see must stay."""
    release = shop.home / "releases" / PUBLISHED
    release.mkdir(parents=True)
    (release / "manifest.json").write_text("{}")
    duckdb.connect(str(database(release))).close()
    shop.settings.current.symlink_to(f"releases/{PUBLISHED}")


def muster(shop: Shop, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MUSTER_HOME": str(shop.home), "MUSTER_LANDING": str(shop.landing)}
    command = [str(MUSTER), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def refused(shop: Shop, as_of: str = AS_OF) -> str:
    """Run the night, assert that nothing came of it, and return what the person at the terminal reads."""
    done = muster(shop, "run", "--as-of", as_of)
    said = done.stderr
    assert done.returncode == 1, done.stdout + said
    assert said.startswith("muster: "), said
    assert "What to do: " in said, said
    assert "Traceback" not in done.stdout + said
    assert str(shop.settings.current.readlink()) == f"releases/{PUBLISHED}"
    assert [path.name for path in shop.settings.releases.glob("[0-9]*")] == [PUBLISHED]
    assert not list(shop.settings.lake.rglob("*.*")), "nothing was taken in"
    return said


def staged(shop: Shop, allow_stale: str | None = None) -> Candidate:
    """The ingest step alone, in this process: what a night would go on with. It gives its lock up."""
    night = nightly.Night(shop.settings, date.fromisoformat(AS_OF), nightly.new_run(), allow_stale)
    nightly.run_step(night, "ingest")
    (shop.home / "lock.json").unlink()
    return candidate.load(shop.settings, night.run)


def quarantined(shop: Shop) -> int:
    return sum(file["quarantined"] for file in staged(shop).inputs)
