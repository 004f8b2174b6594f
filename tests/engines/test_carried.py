"""Carried tables on PostgreSQL: a release sees its own rows, whatever others were built beside it or removed."""

from dataclasses import dataclass
from datetime import date, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from muster.engines.on_postgres import SCHEMA
from support.servers import PostgresServer

DAY = date(2024, 2, 27)
Rows = dict[str, str | None]

rows = st.dictionaries(st.sampled_from("uvwx"), st.sampled_from(["u", "v", None]), max_size=4)


@dataclass(frozen=True)
class Step:
    """A night on the release number `parent` (modulo those that there are; the first has none), and what follows it.

    is_published: else its candidate comes to nothing. removed: places of the releases that retention removes.
    """

    rows: Rows
    parent: int
    is_published: bool
    removed: tuple[int, ...]


steps = st.lists(
    st.builds(Step, rows, st.integers(0, 9), st.booleans(), st.lists(st.integers(0, 9), max_size=2).map(tuple)),
    min_size=1,
    max_size=8,
)


class History:
    """Nights in one database, and what each release should see."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.seen: dict[int, tuple[date, Rows]] = {}
        made = connection.execute(
            "select nspname from pg_namespace where nspname ~ '^(muster|marts|released|kept|release_.*)$'"
        )
        for (schema,) in made.fetchall():
            self._run(f"drop schema {schema} cascade")
        self._run(SCHEMA.read_text())

    def night(self, rows: Rows, parent: int | None, is_published: bool = True) -> int:
        """Build one; returns its id."""
        day = DAY + timedelta(days=len(self.seen))
        (found,) = self.connection.execute(
            "select muster.begin_release(%s, %s, (select name from muster.releases where id = %s))",
            [f"night {self._run('select coalesce(max(id), 0) from muster.releases')}", day, parent],
        ).fetchone()
        for layer in ("marts", "state", "policy"):
            self._run(f"drop schema if exists candidate_{layer} cascade; create schema candidate_{layer}")
        for table in ("candidate_state.persons", "candidate_marts.history"):
            schema, name = table.split(".")
            for _ in range(2):  # a step may be repeated
                self._run(f"drop view if exists {table}")
                self._run(f"create table {table}__tonight (as_of_date date, user_id text, person_id text)")
                with self.connection.cursor() as cursor:
                    cursor.executemany(f"insert into {table}__tonight values ('{day}', %s, %s)", list(rows.items()))
                self._run(f"select muster.carry({found}, '{schema}', '{name}')")
        if is_published:
            self._run(f"select muster.make_whole({found})")
            self._run(f"select muster.make_whole({found})")
            self.seen[found] = (day, rows)
        else:
            self._run(f"select muster.drop_release({found}); select muster.remove_unseen_rows()")
        return found

    def remove(self, release: int) -> None:
        self._run(f"select muster.drop_release({release}); select muster.remove_unseen_rows()")
        del self.seen[release]

    def show(self, release: int) -> None:
        self._run("delete from muster.pointer")
        self._run(f"insert into muster.pointer (release_id) values ({release})")

    def rows(self, table: str) -> list[tuple]:
        return sorted(self.connection.execute(f"select * from {table}").fetchall(), key=str)

    def _run(self, statement: str) -> object:
        cursor = self.connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description and cursor.rowcount == 1 else None


@pytest.fixture(scope="module")
def connection(postgres: PostgresServer):
    database = postgres.empty_database()["PGDATABASE"]
    with postgres.connect(dbname=database) as connection:
        yield connection


@given(steps=steps)
@settings(max_examples=60)
def test_every_release_sees_its_own_rows(connection: psycopg.Connection, steps: list[Step]):
    history = History(connection)
    for step in steps:
        known = list(history.seen)
        history.night(step.rows, known[step.parent % len(known)] if known else None, step.is_published)
        for place in step.removed:
            if place < len(history.seen) - 1:  # never the newest
                history.remove(list(history.seen)[place])
        for release, (day, rows) in history.seen.items():
            expected = sorted([(day, user, person) for user, person in rows.items()], key=str)
            assert history.rows(f"release_{release}_state.persons") == expected
            assert history.rows(f"release_{release}_marts.history") == expected
            history.show(release)
            assert history.rows("marts.history") == expected
        history._run("delete from muster.pointer")
    visible = {row[1:] for release in history.seen for row in history.rows(f"release_{release}_state.persons")}
    assert {row[:2] for row in history.rows("kept.persons")} == visible if history.seen else True


def test_what_did_not_change_is_not_written_again(connection: psycopg.Connection):
    history = History(connection)
    first = history.night({"u": "u", "v": "v", "w": None}, None)
    places = "select ctid::text, user_id from kept.persons where _born_in = %s order by user_id"
    before = connection.execute(places, [first]).fetchall()
    second = history.night({"u": "u", "v": "v", "w": None, "x": "x"}, first)
    assert connection.execute(places, [first]).fetchall() == before
    assert [user for _, user in connection.execute(places, [second]).fetchall()] == ["x"]


def test_a_release_on_one_that_is_not_there_is_refused(connection: psycopg.Connection):
    history = History(connection)
    begun = connection.execute("select muster.begin_release('b', '2024-01-02', 'gone')").fetchone()
    assert begun == (None,)
    assert history.rows("muster.releases") == []
