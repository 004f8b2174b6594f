"""One simulated world: its memory, its history, and one more day at a time."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from muster.errors import UsageError
from muster.landing.expressions import literal
from muster.simulate import parameters, writing
from muster.simulate.contacts import Contacts
from muster.simulate.orders import Orders
from muster.simulate.people import People

log = logging.getLogger(__name__)

SQL = Path(__file__).parent
MEMORY = Path(".simulator") / "world.duckdb"
MACROS = ("people.sql", "orders.sql", "contacts.sql", "community.sql")
PEOPLE_AT_ONCE = 250_000
MEMORY_LIMIT = "4GB"


class World:
    """A landing zone that grows by one day with every `write_day`, and the truth about the people in it.

    Two worlds with the same arguments and the same planned contacts write the same files. Use it as a context manager,
    or `close` it: its memory is a DuckDB file that one process has at a time.
    """

    def __init__(
        self,
        landing: Path,
        users: int,
        seed: int,
        first_night: date = date(2026, 1, 1),
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        """Open the world of a landing zone, or begin one in a folder that is empty or not there.

        users: registered before first_night, the first day that `write_day` writes; later days bring more.
        changes: other values than world.yml's, by dotted names ({"response.effect": 0}).
        UsageError: the folder holds something else, or a world with other arguments.
        """
        if users < 100:
            raise UsageError("a shop has at least 100 users", "give a greater number")
        self.landing, self.users, self.seed, self.first_night = landing.absolute(), users, seed, first_night
        self.changes = dict(changes or {})
        self.parameters = parameters.read(changes)
        is_new = self._is_new()
        (self.landing / MEMORY).parent.mkdir(parents=True, exist_ok=True)
        self.connection = duckdb.connect(str(self.landing / MEMORY), config={"memory_limit": MEMORY_LIMIT})
        try:
            self._open(is_new)
        except BaseException:
            self.connection.close()
            raise
        writer = writing.LandingWriter(self.connection, self.landing)
        self.people = People(self.connection, writer)
        self.orders = Orders(self.connection, writer)
        self.contacts = Contacts(self.connection, writer)

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    @property
    def written(self) -> date | None:
        """The last day whose files are there; None before the history."""
        return self.connection.execute("select written from about").fetchone()[0]

    @property
    def next_day(self) -> date:
        """The day that `write_day` writes next."""
        return (self.written or self.first_night - timedelta(days=1)) + timedelta(days=1)

    def write_history(self) -> None:
        """Write all that happened before first_night, once; nothing where it is written.

        A history that was cut off begins anew.
        """
        if self.written:
            return
        until = self.first_night - timedelta(days=1)
        with self._transaction():
            self._begin()
            self.people.write_staff(until)
        for number, (first, last) in enumerate(self._batches()):
            # DuckDB holds what a transaction has dropped until its end: one over all batches would outgrow memory
            with self._transaction():
                happened = self._write_batch(f"{until}-{number:03d}.parquet", first, last, until)
            log.info("  history: registered until %s, %s purchases", last, f"{happened:,}")
        with self._transaction():
            self.people.write_suppressions(f"{until}.parquet", date(1900, 1, 1), until)
            writing.describe(self.landing, self._command(), "" if not self.changes else f" but {self._changed()}")
            self._finish(until)

    def _write_batch(self, name: str, first: date, last: date, until: date) -> int:
        """The history of who registered between two days; returns how many purchases."""
        self.people.arrive(first, last, until)
        self.people.write_arrived(name, until)
        self.orders.begin()
        happened = self.orders.happen(until, "batch_rhythm")
        self.contacts.write_history(name, until, self.parameters["outreach"]["history_days"])
        self.orders.write_history(name, until)
        self.people.write_community(name, until - timedelta(self.parameters["groups"]["history_days"]), until)
        return happened

    def write_day(self, planned: Path | str | None = None, taken_out: Path | str | None = None) -> date:
        """Write the files of `next_day`, and return it.

        planned: the contacts handed out for that day, as a Parquet file's path or the text of an SQL query over
        `connection`; columns user_id and channel, and as many of contacts.PLANNED as there are. Ghosts are withheld.
        They come after the day's purchases and work from the day after. None: the shop calls silent people at random.
        taken_out: user_id and group_id of members who are to be taken out of a group, in the same form.
        UsageError: a channel, offer or user that the world does not know.
        """
        self.write_history()
        day = self.next_day
        name = f"{day}.csv"
        if planned is not None:
            self.contacts.receive(planned, day)
        with self._transaction():
            if planned is not None:
                self.contacts.set_up_groups()
            self.people.receive(taken_out)
            self.people.write_day(name, day)
            self.orders.write_day(name, day)
            self.contacts.write_day(name, day, planned is not None)
            self.people.write_community(name, day - timedelta(days=1), day)
            self.people.write_suppressions(name, day - timedelta(days=1), day)
            self._finish(day)
        return day

    def true_response(self, asked: Path | str, day: date | None = None) -> duckdb.DuckDBPyRelation:
        """What contacts on `day` (default: the last day written) would change, known only to who made the world.

        asked: as `planned`: user_id, channel, offer. Returns a row each with user_id, user_no (of the person), day,
        stage, channel, offer, p_not_contacted and p_contacted (probability of at least one order in the window_days
        after `day`, as intended: not every contact is carried out or reaches), lift, order_value, order_cost,
        discount, contact_cost and incremental_profit (expected, money). Refunds are left out (3 % of orders, one in
        five whole). `day` may lie ahead of the last day written; whoever has not bought yet is taken not to before it.
        """
        return self.contacts.true_response(asked, self.written, day or self.written)

    def _is_new(self) -> bool:
        if (self.landing / MEMORY).exists():
            return False
        if self.landing.exists() and (not self.landing.is_dir() or any(self.landing.iterdir())):
            raise UsageError(
                f"{self.landing} holds other files", "give a folder that is empty or not there yet, with --landing"
            )
        return True

    def _open(self, is_new: bool) -> None:
        self.connection.execute("set enable_progress_bar = false")
        self.connection.execute(f"set temp_directory = {literal(str(self.landing / MEMORY.parent / 'temp'))}")
        if is_new:
            with self._transaction():
                self._begin()
        found = self.connection.execute("select seed, users, first_night, parameters from about").fetchone()
        if found != self._arguments():
            is_same = found[3] == parameters.as_text(self.parameters)
            raise UsageError(
                f"{self.landing} holds a world with other arguments: --users {found[1]} --seed {found[0]} "
                f"--from {found[2]}" + ("" if is_same else ", and other numbers in world.yml"),
                "go on with the same ones, or give another folder",
            )
        self.connection.execute((SQL / "chance.sql").read_text(encoding="utf-8"))
        parameters.lay(self.connection, self.parameters, self.seed, self.users, self.first_night)
        for file in MACROS:
            self.connection.execute((SQL / file).read_text(encoding="utf-8"))

    def _arguments(self) -> tuple[int, int, date, str]:
        return self.seed, self.users, self.first_night, parameters.as_text(self.parameters)

    def _begin(self) -> None:
        """An empty memory."""
        self.connection.execute((SQL / "tables.sql").read_text(encoding="utf-8"))
        self.connection.execute("insert into about values (?, ?, ?, ?, null)", self._arguments())

    def _batches(self) -> Iterator[tuple[date, date]]:
        """First and last days of registration, so that no batch is large."""
        rows = self.connection.execute(
            "select day, last_user from days where day < ? order by day", [self.first_night]
        ).fetchall()
        first, before = rows[0][0], 0
        for (day, upto), (_, following) in zip(rows, [*rows[1:], (None, None)], strict=True):
            if following is None or following - before > PEOPLE_AT_ONCE:
                yield first, day
                first, before = day + timedelta(days=1), upto

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("begin")
        try:
            yield
        except BaseException:
            self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def _finish(self, day: date) -> None:
        self.connection.execute("update about set written = ?", [day])

    def _command(self) -> str:
        return f"muster simulate --users {self.users} --seed {self.seed} --from {self.first_night}"

    def _changed(self) -> str:
        return ", ".join(f"{name}: {value}" for name, value in self.changes.items())
