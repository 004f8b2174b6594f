"""Many nights of Online Retail, one after the other: what each release says of itself, of the one before, and of all.

Twenty of them, over the end of a month; MUSTER_TEST_NIGHTS=60 for two months.

Old releases are removed as the nights go by (policy `keep_releases`), so each night's tables are copied into one
`record` before the next night begins; the tests are queries over it.
"""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path

import duckdb
import pytest
from muster import release
from muster.engines.on_duckdb import database
from muster.settings import SAMPLE_LANDING
from support.shops import CUSTOMER_MODELS, Shop

NIGHTS, LAST = int(os.environ.get("MUSTER_TEST_NIGHTS", "20")), date(2011, 12, 9)
FIRST = LAST - timedelta(days=NIGHTS - 1)
RECORDED = {
    "customers": "user_id, segment, stage, value_tier, previous_stage, stage_since",
    "lifecycle_transitions": "from_stage, to_stage, cause, users, is_allowed",
    "segment_history": "user_id, valid_from, valid_to, segment, stage, value_tier",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(SAMPLE_LANDING, tmp_path_factory.mktemp("many_nights") / "home")


@pytest.fixture(scope="module")
def record(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables `nights`, `customers`, `lifecycle_transitions` and `segment_history`: all nights, by as_of_date.

    No night is allowed to be stale: the shop rests on Saturdays, which must not stop it.
    """
    with duckdb.connect(str(tmp_path_factory.mktemp("record") / "record.duckdb")) as connection:
        connection.execute("create table nights (as_of_date date, name varchar, previous_release varchar)")
        for number in range(NIGHTS):
            night = shop.models(str(FIRST + timedelta(days=number)), *CUSTOMER_MODELS, allow_stale=None)
            _copy(connection, night, is_first=number == 0)
        yield connection


def _copy(connection: duckdb.DuckDBPyConnection, night: release.Release, is_first: bool) -> None:
    manifest = night.manifest()
    facts = [manifest["as_of_date"], night.name, manifest["previous_release"]]
    connection.execute("insert into nights values (?, ?, ?)", facts)
    connection.execute(f"attach '{database(night.folder)}' as night (read_only)")
    for table, columns in RECORDED.items():
        begin = f"create table {table} as" if is_first else f"insert into {table}"
        connection.execute(f"{begin} select as_of_date, {columns} from night.marts.{table}")
    connection.execute("detach night")


def test_every_night_is_a_release_that_follows_the_one_before(record: duckdb.DuckDBPyConnection, shop: Shop):
    nights = record.execute("select as_of_date, name, previous_release from nights order by as_of_date").fetchall()
    assert [night for night, _, _ in nights] == [FIRST + timedelta(days=number) for number in range(NIGHTS)]
    names = [name for _, name, _ in nights]
    assert [previous for _, _, previous in nights] == [None, *names[:-1]]
    for table in RECORDED:
        assert record.execute(f"select distinct as_of_date from {table} order by 1").fetchall() == [
            (night,) for night, _, _ in nights
        ]
    assert shop.settings.current.resolve().name == names[-1]
    assert shop.rows("select count(*) from marts.customers") == [(4372,)]


def test_no_transition_is_illegal(record: duckdb.DuckDBPyConnection):
    assert record.execute("from lifecycle_transitions where not is_allowed").fetchall() == []
    causes = dict(record.execute("select cause, sum(users) from lifecycle_transitions group by cause").fetchall())
    assert causes.keys() == {None, "purchase", "silence", "calibration"}, "no row of the past ever changed here"
    calibrated = "select distinct as_of_date from lifecycle_transitions where cause = 'calibration' order by 1"
    nights = [night for (night,) in record.execute(calibrated).fetchall()]
    assert nights == [d for d in (date(2011, 11, 1), date(2011, 12, 1)) if d > FIRST], "priors move once a month"


def test_transitions_add_up_to_both_populations(record: duckdb.DuckDBPyConnection):
    for side, night in (("from_stage", "as_of_date + 1"), ("to_stage", "as_of_date")):
        rest = record.execute(
            f"""select coalesce(counted.as_of_date, moved.as_of_date), stage, counted.users, moved.users
                from (select {night} as as_of_date, stage, count(*) as users from customers group by all) as counted
                full join (select as_of_date, {side} as stage, sum(users) as users from lifecycle_transitions
                    where {side} is not null group by all) as moved using (as_of_date, stage)
                where counted.users is distinct from moved.users"""
        ).fetchall()
        # the first night has none before it, the last night's customers go on to none
        assert {row[0] for row in rest} == ({LAST + timedelta(days=1)} if side == "from_stage" else set()), side


def _differences(record: duckdb.DuckDBPyConnection, history: str) -> tuple[int, list]:
    """(rows compared, rows that only one side has) of every night's customers and a history read at that night."""
    read = f"""select nights.as_of_date, user_id, segment, stage, value_tier
        from nights join ({history}) as periods
        on valid_from <= nights.as_of_date and (valid_to is null or nights.as_of_date < valid_to)"""
    had = "select as_of_date, user_id, segment, stage, value_tier from customers"
    count = record.execute(f"select count(*) from ({read})").fetchone()[0]
    only = [record.execute(f"({a}) except all ({b})").fetchall() for a, b in ((read, had), (had, read))]
    return count, only[0] + only[1]


def test_the_history_gives_back_what_every_night_said(record: duckdb.DuckDBPyConnection):
    """Read at its own night, each night's history is that night's customers; so is, at every night, the last one's."""
    rows = record.execute("select count(*) from customers").fetchone()[0]
    assert rows > 3500 * NIGHTS
    of_the_night = "select * from segment_history where as_of_date = nights.as_of_date"
    of_the_last = f"select * from segment_history where as_of_date = date '{LAST}'"
    assert _differences(record, f"select * from (values (1)) as one, lateral ({of_the_night})") == (rows, [])
    assert _differences(record, of_the_last) == (rows, [])


def test_a_period_of_the_history_begins_where_something_changed(record: duckdb.DuckDBPyConnection):
    periods = record.execute(
        f"""select user_id, valid_from, valid_to, segment, stage, value_tier from segment_history
            where as_of_date = date '{LAST}' order by user_id, valid_from"""
    ).fetchall()
    assert len(periods) > 4372 + 20 * NIGHTS
    for _, of_user in groupby(periods, key=lambda row: row[0]):
        rows = list(of_user)
        for earlier, later in pairwise(rows):
            assert earlier[2] == later[1], "no gap, no overlap"
            assert earlier[3:] != later[3:]
        assert rows[-1][2] is None, "nobody left"


def test_stage_since_and_previous_stage_are_those_of_the_recorded_sequence(record: duckdb.DuckDBPyConnection):
    rows = record.execute(
        "select user_id, as_of_date, stage, stage_since, previous_stage from customers order by user_id, as_of_date"
    ).fetchall()
    longest = 0
    for _, of_user in groupby(rows, key=lambda row: row[0]):
        stage = since = before = None
        changes = 0
        for _, night, stage_now, stage_since, previous_stage in of_user:
            if stage_now != stage:
                stage, since, before = stage_now, night, stage
                changes += 1
            assert (stage_since, previous_stage) == (since, before)
        longest = max(longest, changes)
    assert longest >= 3, "somebody went through some stages"


def test_old_releases_are_gone(record: duckdb.DuckDBPyConnection, shop: Shop):
    kept = [r.as_of_date for r in release.releases(shop.settings)]
    assert kept == [LAST - timedelta(days=days) for days in reversed(range(14))]
    assert Path(shop.settings.current).resolve().name.startswith(str(LAST))
