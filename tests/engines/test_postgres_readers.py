"""PostgreSQL: what readers of `marts` see while nights are published, killed, rolled back and removed, and may do.

But for the last test nights are without models: three marts and a state table of one's own stand for them, so that a
publish costs a second.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from muster import candidate as candidates
from muster import lock, nightly, release
from muster.engines import on_postgres
from muster.errors import MusterError
from muster.landing.lake import Lake, LakeState
from muster.release import Release
from support.cases import Case, OpenShop
from support.killed import KILLED, night
from support.looping import reader_in_a_loop
from support.servers import PostgresServer
from support.shops import CUSTOMER_MODELS, Shop

FIRST_DAY = date(2024, 1, 1)
D1, D2 = "2024-01-01", "2024-01-02"
SEEN = "select distinct as_of_date::text, count(*) over () from marts.customers"

# What stands for the models, in the candidate's schemas: {rows} customers of {day}, carried tables as dbt's
# materialization makes them. {column}: one more column of one mart.
MODELS = """
    create schema if not exists candidate_marts; create schema if not exists candidate_state;
    create schema if not exists candidate_policy;
    create table candidate_policy.labels as select 'a' as label;
    create table candidate_marts.customers as
        select date '{day}' as as_of_date, 'u' || n as user_id, {rows} as rows {column}
        from generate_series(1, {rows}) as n;
    create table candidate_marts.customer_rfm as select as_of_date, user_id, rows from candidate_marts.customers;
    create table candidate_marts.segment_history__tonight as
        select as_of_date, user_id, rows from candidate_marts.customers;
    create table candidate_state.persons__tonight as select as_of_date, user_id from candidate_marts.customers;
    select muster.carry(max(id), 'candidate_marts', 'segment_history') from muster.releases where not is_whole;
    select muster.carry(max(id), 'candidate_state', 'persons') from muster.releases where not is_whole;
"""


@pytest.fixture(scope="module")
def analysts(postgres: PostgresServer) -> None:
    """The role for BI as README has it made, and somebody who logs in with it."""
    with postgres.connect() as connection:
        connection.execute("create role muster_reader; create role analyst login in role muster_reader")


@pytest.fixture
def shop(shops_on: Callable[..., OpenShop], postgres: PostgresServer, tmp_path: Path, analysts: None) -> Shop:
    """A shop in whose database nobody waits for a lock: it is an error after five seconds."""
    made = shops_on("postgres")(tmp_path / "landing", tmp_path / "home").mapping()
    with postgres.connect() as connection:
        connection.execute(f"alter database {made.environment['PGDATABASE']} set lock_timeout = '5s'")
    return made


def publish(shop: Shop, number: int, rows: int | None = None, column: str = "") -> Release:
    """The release of the day of that number, with as many customers as its number says, or `rows`."""
    day = FIRST_DAY + timedelta(days=number)
    with shop.at_work() as engine:
        engine.remove_leftovers([known.name for known in release.releases(shop.settings)])
        made = candidates.create(shop.settings, day, nightly.new_run(), "2024-01-01T00:00:00Z")
        previous = release.previous(shop.settings, day)
        engine.open_candidate(made, previous, shop.settings.lake, LakeState(), [])
        with psycopg.connect() as connection:
            connection.execute(MODELS.format(day=day, rows=100 + number if rows is None else rows, column=column))
        release.write_manifest(made, engine.close_candidate(made), f"2024-01-01T00:00:{number:02}Z")
        published = release.publish(shop.settings, made)
        release.show(shop.settings, published)
    return published


@contextmanager
def connected(shop: Shop, user: str = "analyst") -> Iterator[psycopg.Connection]:
    """A reader's connection, in a transaction."""
    with psycopg.connect(**_parameters(shop) | {"user": user}) as connection:
        yield connection


def _parameters(shop: Shop) -> dict[str, str]:
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGDATABASE": "dbname"}
    return {names[variable]: value for variable, value in shop.environment.items()}


def seen_by_readers(shop: Shop) -> list[tuple]:
    with connected(shop) as connection:
        return connection.execute(SEEN).fetchall()


def assert_whole(shop: Shop) -> None:
    """The database holds the releases that there are and no others, and shows the one that `current` shows."""
    known = [found.name for found in release.releases(shop.settings)]
    with connected(shop, "muster") as connection:
        found = connection.execute("select name, is_whole, id from muster.releases").fetchall()
        assert sorted((name, is_whole) for name, is_whole, _ in found) == [(name, True) for name in known]
        schemas = connection.execute("select nspname from pg_namespace where nspname ~ '^release_'").fetchall()
        expected = {f"release_{number}_{layer}" for _, _, number in found for layer in ("marts", "state", "policy")}
        assert {schema for (schema,) in schemas} == expected
        shown = connection.execute(
            "select name from muster.releases join muster.pointer on releases.id = release_id"
        ).fetchall()
        assert shown == [(release.current(shop.settings).name,)]
        unseen = connection.execute(
            """select count(*) from kept.persons where not exists (
                   select from muster.releases where _born_in = any(lineage) and not _gone_in && lineage)"""
        ).fetchall()
        assert unseen == [(0,)]


READER = """
import sys, psycopg
view, last = sys.argv[1], int(sys.argv[2])
several = f'''select count(*), min(rows), max(rows), min(as_of_date)::text, max(as_of_date)::text from (
    select * from marts.customers natural join marts.customer_rfm natural join marts.segment_history
    natural join {view}) as joined'''
print("reading", flush=True)
seen = []
with psycopg.connect(autocommit=True) as connection:
    while not seen or seen[-1] < last:
        count, low, high, first_day, last_day = connection.execute(several).fetchone()
        assert count == low == high and first_day == last_day, (count, low, high, first_day, last_day)
        if not seen or seen[-1] != count:
            seen.append(count)
print(*seen)
"""


def test_readers_in_a_loop_see_whole_releases_of_one_day(shop: Shop) -> None:
    """Several marts in one query, and a view of their own over them, while old releases go."""
    last = 25
    publish(shop, 0)
    _make_view(shop)
    command = [sys.executable, "-c", READER, "bi.mine", str(100 + last)]
    with reader_in_a_loop(command, shop.environment | {"PGUSER": "analyst"}, more_than=last / 2):
        for number in range(1, last + 1):
            publish(shop, number)
            with shop.at_work():
                release.remove_old(shop.settings, keep=3)
    assert_whole(shop)


def _make_view(shop: Shop) -> None:
    with connected(shop, "postgres") as connection:
        connection.execute("create schema bi authorization analyst")
    with connected(shop) as connection:
        connection.execute("create view bi.mine as select user_id, as_of_date, rows from marts.customers")


MARTS = ("customers", "customer_rfm", "segment_history")


@pytest.mark.parametrize("touched", [*((mart,) for mart in MARTS), MARTS], ids=[*MARTS, "all"])
def test_a_publish_does_not_wait_for_a_reader_who_keeps_the_old_release(shop: Shop, touched: tuple[str, ...]) -> None:
    """A long report: its later queries, also of marts that it had not touched, are of the release of the first one."""
    publish(shop, 0, rows=3)
    with connected(shop) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert [_told(reader, mart) for mart in touched] == [[(D1, 3)]] * len(touched)
        publish(shop, 1, rows=5)
        assert seen_by_readers(shop) == [(D2, 5)]
        assert [_told(reader, mart) for mart in MARTS] == [[(D1, 3)]] * len(MARTS)
        reader.commit()
        assert [_told(reader, mart) for mart in MARTS] == [[(D2, 5)]] * len(MARTS)


def _told(reader: psycopg.Connection, mart: str) -> list[tuple]:
    return reader.execute(f"select distinct as_of_date::text, count(*) over () from marts.{mart}").fetchall()


def test_a_reader_in_the_middle_of_a_query_gets_all_its_rows(shop: Shop) -> None:
    publish(shop, 0, rows=5000)
    with connected(shop) as reader, reader.cursor("slowly") as cursor:
        cursor.execute("select user_id from marts.customers")
        got = cursor.fetchmany(10)
        publish(shop, 1, rows=5)
        got += cursor.fetchall()
    assert len(set(got)) == 5000


def test_an_old_release_goes_when_its_readers_have_gone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_postgres, "ATTEMPTS", 2)
    publish(shop, 0, rows=3)
    with connected(shop) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert reader.execute(SEEN).fetchall() == [(D1, 3)]
        publish(shop, 1)
        publish(shop, 2)
        with shop.at_work():
            (removed,) = release.remove_old(shop.settings, keep=1)
        assert removed.startswith(D1)
        assert reader.execute("select count(*) from marts.customer_rfm").fetchall() == [(3,)]
        assert reader.execute("select count(*) from marts.segment_history").fetchall() == [(3,)]
        with pytest.raises(AssertionError):
            assert_whole(shop)
    publish(shop, 3)
    assert_whole(shop)


def test_a_mart_gets_a_column_when_its_readers_have_gone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_postgres, "ATTEMPTS", 2)
    publish(shop, 0, rows=3)
    _make_view(shop)
    with connected(shop) as reader:
        assert reader.execute(SEEN).fetchall() == [(D1, 3)]
        with pytest.raises(MusterError, match="readers are busy with marts that have a new column"):
            publish(shop, 1, rows=5, column=", 'x' as added")
        assert seen_by_readers(shop) == [(D1, 3)]
    newer = publish(shop, 1, rows=5, column=", 'x' as added")
    with connected(shop) as reader:
        assert reader.execute("select distinct added from marts.customers").fetchall() == [("x",)]
        assert reader.execute("select count(*) from bi.mine").fetchall() == [(5,)]
    with shop.at_work():
        release.rollback(shop.settings)
    with connected(shop) as reader:
        assert reader.execute("select distinct added from marts.customers").fetchall() == [(None,)]
    publish(shop, 2, rows=7)  # a model gave the column up
    with connected(shop) as reader:
        assert reader.execute("select distinct added from marts.customers").fetchall() == [(None,)]
    assert shop.rows("select distinct added from marts.customers", newer) == [("x",)]
    assert_whole(shop)


def test_rollback_moves_readers_and_retention_spares_what_they_see(shop: Shop) -> None:
    made = [publish(shop, number) for number in range(5)]
    with shop.at_work():
        release.rollback(shop.settings, to=made[1].name)
        assert seen_by_readers(shop) == [(D2, 101)]
        assert release.remove_old(shop.settings, keep=2) == [made[0].name, made[2].name]
    assert seen_by_readers(shop) == [(D2, 101)]
    assert_whole(shop)
    publish(shop, 4, rows=7)
    assert seen_by_readers(shop) == [("2024-01-05", 7)]
    assert shop.rows("select count(*) from state.persons", made[4]) == [(104,)]


def test_a_bi_role_reads_marts_and_nothing_else(shop: Shop) -> None:
    publish(shop, 0)
    publish(shop, 1)
    with connected(shop, "muster") as connection:
        tables = connection.execute(
            """select relnamespace::regnamespace::text, relname from pg_class
               where relkind in ('r', 'p', 'v') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"""
        ).fetchall()
    assert {schema.partition("_")[0] for schema, _ in tables} >= {"candidate", "kept", "marts", "muster", "release"}
    with connected(shop) as reader:
        reader.autocommit = True
        for schema, table in tables:
            if schema == "marts":
                assert reader.execute(f"select count(*) from marts.{table}").fetchone() == (101,)
                continue
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(f"select count(*) from {schema}.{table}")
        for statement in (
            "insert into marts.customers (user_id) values ('x')", "delete from marts.customer_rfm",
            "drop view marts.customers", "create table marts.x (a int)", "create schema x",
            "create table public.x (a int)", "select muster.drop_release(1)", "delete from muster.pointer",
        ):  # fmt: skip
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)):
                reader.execute(statement)


NIGHT = f"""
import psycopg

with psycopg.connect() as connection:
    rows, = connection.execute("select count(*) from candidate_raw.orders").fetchone()
    connection.execute({MODELS!r}.format(day=day, rows=rows, column=""))
"""


@pytest.fixture
def after_a_night(shop: Shop) -> Shop:
    _land(shop, 1)
    assert night(shop, D1, NIGHT) == 0
    _land(shop, 2, 3)
    return shop


def _land(shop: Shop, *numbers: int) -> None:
    rows = [{"order_id": f"o{n}", "user_id": "u", "ordered_at": D1, "amount": "1"} for n in numbers]
    shop.csv(f"orders/{numbers[0]}.csv", rows)


ENGINE = "muster.engines.on_postgres:OnPostgres"


@pytest.mark.parametrize(
    ("moment", "dies_at", "shown", "entries"),
    [
        ("within", f"{ENGINE}._make_whole", D1, 1),
        ("after", f"{ENGINE}._make_whole", D1, 1),  # partitions attached, not yet a release
        ("before", "muster.release:publish", D1, 2),  # the lake has the rows
        ("before", f"{ENGINE}.show", D1, 2),
        ("within", f"{ENGINE}.show", D1, 2),
        ("after", f"{ENGINE}.show", D2, 2),  # the server shows it, `current` does not
        ("before", "muster.journal:append", D2, 2),
    ],
)
def test_killed_publish(after_a_night: Shop, moment: str, dies_at: str, shown: str, entries: int) -> None:
    """Readers keep the old release or have the new one; the step called again goes on, and so does another night."""
    shop = after_a_night
    assert night(shop, D2, NIGHT, dies_at, moment) == KILLED
    assert seen_by_readers(shop) == [(shown, 1 if shown == D1 else 3)]
    lake = Lake(shop.settings.lake)
    assert len(list((lake.folder / "_log").glob("*.json"))) == entries
    killed = nightly.Night(shop.settings, date.fromisoformat(D2), lock.read_owner(shop.home).run)
    with shop.at_work():
        for _ in range(2):
            nightly.run_step(killed, "publish")
            assert release.current(shop.settings).run == killed.run
            assert_whole(shop)
    assert seen_by_readers(shop) == [(D2, 3)]
    assert len(list((lake.folder / "_log").glob("*.json"))) == 2


@pytest.mark.parametrize(
    ("moment", "dies_at"),
    [("within", f"{ENGINE}._make_whole"), ("after", f"{ENGINE}._make_whole"), ("after", f"{ENGINE}.show")],
)
def test_the_night_after_a_killed_publish(after_a_night: Shop, moment: str, dies_at: str) -> None:
    shop = after_a_night
    assert night(shop, D2, NIGHT, dies_at, moment) == KILLED
    assert night(shop, D2, NIGHT) == 0
    assert seen_by_readers(shop) == [(D2, 3)]
    assert release.current(shop.settings) == release.releases(shop.settings)[-1]
    assert_whole(shop)


# All marts in one query, with their rows and days, as often as it can; prints each answer that is news.
READER_OF_ALL = """
import json, os, sys, psycopg
with psycopg.connect(autocommit=True) as connection:
    marts = connection.execute("select viewname from pg_views where schemaname = 'marts'").fetchall()
    query = " union all ".join(
        f"select '{mart}', count(*), array_agg(distinct as_of_date::text) from marts.{mart}" for mart, in marts)
    print("reading", flush=True)
    seen = []
    while not os.path.exists(sys.argv[1]):
        found = sorted(connection.execute(query).fetchall())
        if found not in seen:
            seen.append(found)
print(json.dumps(seen))
"""


@pytest.mark.parametrize("history", [pytest.param("three_nights", id="postgres-three_nights")])
def test_readers_of_all_marts_while_a_night_runs(
    ran: Callable[[str, str], Case], analysts: None, tmp_path: Path, history: str
) -> None:
    """They see the release before, all of it, for as long as models are at work, and then the new one, all of it."""
    shop = ran(history, "postgres").shop
    before, stop = release.current(shop.settings), tmp_path / "stop"
    with connected(shop, "muster") as connection:
        connection.execute("grant usage on schema marts to muster_reader")
        connection.execute("grant select on all tables in schema marts to muster_reader")
    reader = subprocess.Popen(
        [sys.executable, "-c", READER_OF_ALL, str(stop)],
        env=shop.environment | {"PGUSER": "analyst"}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert reader.stdout.readline() == "reading\n"
    after = shop.models("2026-04-02", *CUSTOMER_MODELS)
    time.sleep(1)
    stop.touch()
    seen = json.loads(reader.communicate(timeout=60)[0])
    assert [{mart: rows for mart, rows, _ in answer} for answer in seen] == [_rows_of_marts(r) for r in (before, after)]
    days = [{day for _, _, days in answer for day in days or ()} for answer in seen]
    assert days == [{"2026-04-01"}, {"2026-04-02"}]


def _rows_of_marts(of: Release) -> dict[str, int]:
    return {name[6:]: rows for name, rows in of.manifest()["tables"].items() if name.startswith("marts.")}
