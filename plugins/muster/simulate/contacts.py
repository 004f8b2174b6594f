"""Contacts that were planned, what came of them, and what would have come without."""

from datetime import date, timedelta
from pathlib import Path

import duckdb

from muster.errors import UsageError
from muster.landing.expressions import literal
from muster.simulate.writing import LandingWriter

PLANNED = {
    "user_id": "varchar", "channel": "varchar", "offer": "varchar", "contact_id": "varchar", "purpose": "varchar",
    "campaign": "varchar", "account_id": "varchar", "operator_id": "varchar", "is_ghost": "boolean",
    "group_id": "varchar", "group_name": "varchar", "group_operator_id": "varchar",
}  # fmt: skip
FATIGUE_DAYS = 30


class Contacts:
    """The feed contacts, and what it changes: extra orders, offers in hand, objections, new friends and members."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, writer: LandingWriter) -> None:
        self.connection, self.write = connection, writer.write

    def write_history(self, name: str, until: date, days: int) -> None:
        """The shop's own calls in the days before, over tables batch_rhythm and happened."""
        self.connection.execute(
            f"""create or replace temp table asked as
            select calls.* exclude (ends_at), before.purchases, before.last_on, 0 as contacts_30d, calls.day as known_on
            from house_calls(date '{until - timedelta(days=days - 1)}', date '{until}') as calls
            inner join (
                select calls.contact_id, count(*) as purchases, max(happened.day) as last_on
                from house_calls(date '{until - timedelta(days=days - 1)}', date '{until}') as calls
                inner join happened on calls.user_no = happened.user_no and calls.day >= happened.day
                group by calls.contact_id
            ) as before on calls.contact_id = before.contact_id
            inner join days on calls.day = days.day
            where calls.day - before.last_on >= p('outreach.silent_days') and days.ends_at < calls.ends_at"""
        )
        self._answer(name, until)

    def write_day(self, name: str, day: date, is_planned: bool) -> None:
        """One day's contacts, those of table planned or the shop's own, and a file of new friend requests' answers."""
        run = self.connection.execute
        self._count_recent(day)
        if is_planned:
            self._ask(day, day)
        else:
            self._house_calls(day)
        self._answer(name, day)
        run(
            """insert into friend_file by name
            select account_id, user_id,
                in_hours(day, 9, 20, 'contacted', user_no, nth(day)) as requested_at
            from answered where is_carried_out and channel = 'friend_request' and account_id is not null"""
        )
        self.write("friends", name, "from friend_file order by account_id, user_id, requested_at")
        run("delete from contacts_made where day < ?", [day - timedelta(days=FATIGUE_DAYS)])

    def true_response(self, asked: Path | str, known_on: date, day: date) -> duckdb.DuckDBPyRelation:
        """See World.true_response."""
        run = self.connection.execute
        run("create or replace temp view walked as from rhythm")
        self._count_recent(day)
        self.receive(asked, day)
        self._ask(known_on, day)
        run("create or replace temp table truth as from priced_response()")
        return self.connection.table("truth")

    def set_up_groups(self) -> None:
        """The groups that table planned invites into and nobody has set up yet."""
        self.connection.execute(
            """insert into opened_groups
            select group_id, min(group_name), min(group_operator_id)
            from planned
            where group_id is not null and group_id not in (select group_id from named_groups)
            group by group_id order by group_id"""
        )

    def _count_recent(self, day: date) -> None:
        self.connection.execute(
            """create or replace temp table recent_contacts as
            select user_no, count(*) as contacts from contacts_made where day >= ? group by user_no""",
            [day - timedelta(days=FATIGUE_DAYS)],
        )

    def _house_calls(self, day: date) -> None:
        at = f"date '{day}'"
        self.connection.execute(
            f"""create or replace temp table asked as
            select calls.* exclude (ends_at), rhythm.purchases, rhythm.last_on,
                coalesce(recent_contacts.contacts, 0) as contacts_30d, {at} as known_on
            from house_calls({at}, {at}) as calls
            inner join rhythm on calls.user_no = rhythm.user_no
            inner join days on days.day = {at}
            left join recent_contacts on calls.user_no = recent_contacts.user_no
            where {at} - rhythm.last_on >= p('outreach.silent_days')
                and days.ends_at < rhythm.ends_at
                and calls.user_no not in (select user_no from objectors)"""
        )

    def receive(self, planned: Path | str, day: date) -> None:
        """Table planned, out of what somebody hands out for a day; UsageError names what the world does not know."""
        run = self.connection.execute
        template = ", ".join(f"null::{kind} as {name}" for name, kind in PLANNED.items())
        source = f"from read_parquet({literal(str(planned))})" if isinstance(planned, Path) else planned
        run(
            f"""create or replace temp table planned as
            select {", ".join(PLANNED)} from ((select {template} limit 0) union all by name ({source}))"""
        )
        self._know("channel", "channel is null or channel not in (select channel from channels)")
        self._know("offer", "coalesce(offer, 'none') not in (select offer from offers)")
        users = f"(select last_user from days where day = date '{day}')"
        self._know("user_id", f"user_no_of(user_id) is null or user_no_of(user_id) not between 1 and {users}")

    def _ask(self, known_on: date, day: date) -> None:
        """Table asked, out of table planned and what is known at the end of a day."""
        self.connection.execute(
            f"""create or replace temp table asked as
            select
                coalesce(contact_id, 'P' || substr(user_id, 2) || '-' || nth(date '{day}')) as contact_id,
                person_no(user_no_of(user_id)) as user_no,
                planned.* exclude (contact_id, offer, is_ghost),
                date '{day}' as day,
                coalesce(offer, 'none') as offer,
                coalesce(is_ghost, false) as is_ghost,
                rhythm.purchases,
                rhythm.last_on,
                coalesce(recent_contacts.contacts, 0) as contacts_30d,
                date '{known_on}' as known_on
            from planned
            left join rhythm on person_no(user_no_of(planned.user_id)) = rhythm.user_no
            left join recent_contacts on person_no(user_no_of(planned.user_id)) = recent_contacts.user_no"""
        )

    def _know(self, column: str, unknown: str) -> None:
        rows = self.connection.execute(
            f"select {column}, count(*) over () from planned where {unknown} limit 1"
        ).fetchall()
        for value, count in rows:
            raise UsageError(
                f"planned contacts: {count} row(s) with a {column} that the world does not know, {value} for one",
                "world.yml lists channels and offers; users are those of the landing zone",
            )

    def _answer(self, name: str, day: date) -> None:
        """What comes of table asked: the file, and all that follows."""
        run = self.connection.execute
        run("create or replace temp table calls as from true_response()")
        run("create or replace temp table answered as from answers()")
        self.write("contacts", name, "from contact_rows()")
        run(
            """insert into handed_out
            select day, contact_id, user_no, channel, offer, purpose, campaign, is_ghost, stage, p_not_contacted,
                p_contacted
            from answered where day >= p('start') + p('history_days')::integer"""
        )
        run("insert into contacts_made select user_no, day from answered where is_carried_out")
        run("insert into objectors select user_no, day from answered where is_objecting")
        if day >= self.connection.execute("select (p('start') + p('history_days')::integer)").fetchone()[0]:
            run("insert into extra_orders select distinct user_no, order_on from answered where is_persuaded")
        run(
            """insert into offers_in_hand
            select distinct user_no, offer, day, later(day, p('window_days')) from answered
            where is_carried_out and is_reached and offer <> 'none'"""
        )
        run(
            """insert into agenda
            select day, objection, user_no, 'after a contact' from answered where is_objecting and objection is not null
            union
            select day + 1, 'friend', user_no, account_id from answered where is_new_friend
            union
            select joins_on, 'join', user_no, group_id from answered where is_joining"""
        )
