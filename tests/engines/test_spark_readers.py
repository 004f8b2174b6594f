"""Spark: what readers of the Parquet folders see while nights are published, killed, rolled back and removed.

The folder that `current` points to is a release, whole: whoever resolves the link once reads that release for as long
as it is kept. Nights here are without models and without Spark: Parquet files stand for its tables.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from muster import candidate as candidates
from muster import release
from muster.landing.lake import LakeState
from muster.release import Release
from support.cases import OpenShop
from support.killed import KILLED, night
from support.looping import reader_in_a_loop
from support.shops import Shop

FIRST_DAY = date(2024, 1, 1)
D1, D2 = "2024-01-01", "2024-01-02"

NIGHT = """
import duckdb

with duckdb.connect(str(candidate.work / "work.duckdb"), read_only=True) as connection:
    for table in ("customers", "customer_rfm"):
        folder = candidate.folder / "marts" / table
        folder.mkdir(parents=True)
        select = f"select order_id, date '{day}' as as_of_date from raw.orders"
        connection.execute(f"copy ({select}) to '{folder}/part-0.parquet' (format parquet)")
"""


@pytest.fixture
def shop(shops_on: Callable[[str], OpenShop], tmp_path: Path) -> Shop:
    return shops_on("spark")(tmp_path / "landing", tmp_path / "home").mapping()


def publish(shop: Shop, number: int) -> Release:
    """The release of the day of that number, whose marts have as many rows, and a few more."""
    day = FIRST_DAY + timedelta(days=number)
    with shop.at_work() as engine:
        made = candidates.create(shop.settings, day, f"run{number:03d}", "2024-01-01T00:00:00Z")
        previous = release.previous(shop.settings, day)
        engine.open_candidate(made, previous, shop.settings.lake, LakeState(), [])
        for table in ("customers", "customer_rfm"):
            folder = made.folder / "marts" / table
            folder.mkdir(parents=True)
            select = f"select date '{day}' as as_of_date, {100 + number} as rows from range({100 + number})"
            for part in (0, 1):  # as Spark writes them, a file a task
                duckdb.sql(f"copy (from ({select}) where rows % 2 = {part}) to '{folder}/part-{part}.parquet'")
        release.write_manifest(made, engine.close_candidate(made), f"2024-01-01T00:00:{number:02}Z")
        published = release.publish(shop.settings, made)
        release.show(shop.settings, published)
    return published


READER = """
import sys, duckdb
from pathlib import Path
current, last = Path(sys.argv[1]), int(sys.argv[2])
print("reading", flush=True)
seen = []
while not seen or seen[-1] < last:
    marts = current.resolve() / "marts"
    found = set()
    for table in ("customers", "customer_rfm"):
        found |= set(duckdb.sql(
            f"select count(*), min(rows), max(rows), count(distinct as_of_date) from '{marts}/{table}/*.parquet'"
        ).fetchall())
    ((count, low, high, days),) = found
    assert count == low == high and days == 1, found
    if not seen or seen[-1] != count:
        seen.append(count)
print(*seen)
"""


def test_readers_who_resolve_current_once_see_one_release_whole(shop: Shop) -> None:
    last = 30
    publish(shop, 0)
    command = [sys.executable, "-c", READER, str(shop.settings.current), str(100 + last)]
    with reader_in_a_loop(command):
        for number in range(1, last + 1):
            publish(shop, number)
            release.remove_old(shop.settings, keep=10)
    assert len(release.releases(shop.settings)) == 10


def test_rollback_and_a_release_that_stays_as_it_was(shop: Shop) -> None:
    first, second = publish(shop, 0), publish(shop, 1)
    release.rollback(shop.settings)
    assert shop.rows("select count(*) from marts.customers") == [(100,)]
    assert shop.rows("select count(*) from marts.customers", second) == [(101,)]
    release.rollback(shop.settings, to=second.name)
    assert release.remove_old(shop.settings, keep=1) == []  # the newest night takes its state from it
    assert shop.rows("select count(*) from marts.customers", first) == [(100,)]


@pytest.mark.parametrize(
    ("dies_at", "shown"),
    [
        ("muster.release:write_manifest", D1),
        ("muster.release:publish", D1),
        ("muster.release:point_current", D1),
        ("muster.journal:append", D2),
    ],
)
def test_killed_publish(shop: Shop, dies_at: str, shown: str) -> None:
    """Readers keep the old release, every file of it, or have the new one; the next night needs no hand."""
    rows = [{"order_id": f"o{n}", "user_id": "u", "ordered_at": D1, "amount": "1"} for n in range(3)]
    shop.csv("orders/1.csv", rows[:1])
    assert night(shop, D1, NIGHT) == 0
    shop.csv("orders/2.csv", rows[1:])
    assert night(shop, D2, NIGHT, dies_at) == KILLED
    for table in ("customers", "customer_rfm"):
        seen = shop.rows(f"select distinct as_of_date::varchar, count(*) over () from marts.{table}")
        assert seen == [(shown, 1 if shown == D1 else 3)]
    assert night(shop, D2, NIGHT) == 0
    assert shop.rows("select order_id from marts.customers order by 1") == [("o0",), ("o1",), ("o2",)]
    assert not list(shop.settings.releases.glob(".*"))
