"""Who arrives, whose profile changes, who joins and leaves groups, who must not be written to any more."""

from datetime import date
from pathlib import Path

import duckdb

from muster.landing.expressions import literal
from muster.simulate.writing import LandingWriter


class People:
    """The feeds users, surveys, friends, group_members, community_events, suppressions, operators and accounts."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, writer: LandingWriter) -> None:
        self.connection, self.write = connection, writer.write

    def write_staff(self, until: date) -> None:
        """Operators, their accounts, and the groups that they lead; second accounts of all who are there."""
        run = self.connection.execute
        self.write("operators", f"{until}.csv", "from operator_rows() order by operator_id")
        self.write("accounts", f"{until}.csv", "from account_rows() order by account_id")
        run(
            """insert into members
            select group_id, operator_no, (select day from days order by day limit 1), null
            from group_names order by group_id"""
        )
        run("create or replace temp table changed_members as select * from members")
        self.write("group_members", f"{until}-leads.parquet", "from member_rows(getvariable('start'))")
        self._remember_second_accounts("day <= ?", until)

    def _remember_second_accounts(self, when: str, day: date) -> None:
        self.connection.execute(
            f"""insert into second_accounts
            select person_no(user_no), user_no, day
            from (select day, unnest(range(first_user, last_user + 1)) as user_no from days where {when})
            where is_second(user_no)""",
            [day],
        )

    def arrive(self, first: date, last: date, until: date) -> None:
        """Table people: who registers between two days; their groups, and what will happen to them after `until`."""
        run = self.connection.execute
        run(
            """create or replace temp table arrivals as
            select unnest(range(first_user, last_user + 1)) as user_no, day as registered_on
            from days where day between ? and ?""",
            [first, last],
        )
        run("create or replace temp table people as from chosen_people()")
        run("create or replace temp table arrived_members as from memberships()")
        run(
            """create or replace temp table arrived_fates as
            from fates()
            union all by name
            select unfriended_on(user_no, registered_on) as day, 'unfriend' as what, user_no, null as detail
            from people where is_friend(user_no) and unfriended_on(user_no, registered_on) is not null"""
        )
        run("insert into members from arrived_members")
        # suppressions of the past are written from the agenda, too, when all have arrived
        run(
            """insert into agenda from arrived_fates
            where day > ? or what in ('opt_out', 'complaint', 'blacklist', 'whitelist')""",
            [until],
        )

    def write_arrived(self, name: str, as_of: date) -> None:
        """The files of those who arrived, as they are at the end of as_of."""
        run = self.connection.execute
        self.write("users", name, f"from user_rows(date '{as_of}') order by user_id")
        self.write("surveys", name, "from survey_rows() order by user_id, question")
        self.write("friends", name, f"from first_friend_rows(date '{as_of}')")
        run("create or replace temp table changed_members as from arrived_members")
        run("create or replace temp view members_due as from arrived_members")

    def write_community(self, name: str, after: date, upto: date) -> None:
        """Group members that changed (temp table changed_members), and the events of members_due."""
        self.write("group_members", name, f"from member_rows(date '{upto}')")
        self.write("community_events", name, f"from event_rows(date '{after}', date '{upto}')")

    def write_suppressions(self, name: str, after: date, upto: date) -> None:
        """What the agenda says of the days after one and up to another; then it is forgotten."""
        self.write(
            "suppressions",
            name,
            f"""from suppression_rows(date '{after}', date '{upto}')
            order by since, user_id nulls last, phone nulls last, kind""",
        )
        self.connection.execute("delete from agenda where day <= ?", [upto])

    def receive(self, taken_out: Path | str | None) -> None:
        """Table taken_out: whom the shop takes out of which group on the day that is written next."""
        source = f"from read_parquet({literal(str(taken_out))})" if isinstance(taken_out, Path) else taken_out
        self.connection.execute(
            f"""create or replace temp table taken_out as
            select distinct group_id, person_no(user_no_of(user_id)) as user_no
            from ({source or "select null::varchar as group_id, null::varchar as user_id limit 0"})"""
        )

    def write_day(self, name: str, day: date) -> None:
        """One day's changed and new people, friends and surveys; changed_members and members_due for the rest."""
        run = self.connection.execute
        run(
            """create or replace temp table arrivals as
            select changed.user_no, days.day as registered_on
            from (select distinct user_no from agenda where day = ? and what in ('profile', 'unfriend')) as changed
            inner join days on changed.user_no between days.first_user and days.last_user""",
            [day],
        )
        run("create or replace temp table people as from chosen_people()")
        at, due = f"date '{day}'", "user_no_of(user_id) in (select user_no from due where what ="
        run(f"create or replace temp table due as select * from agenda where day = {at}")
        run(f"create or replace temp table user_file as from user_rows({at}) where {due} 'profile')")
        run(
            f"""create or replace temp table friend_file as
            from first_friend_rows({at}) where {due} 'unfriend')
            union all by name
            select detail as account_id, user_id(user_no) as user_id,
                in_hours(day - 1, 9, 20, 'contacted', user_no, nth(day - 1)) as requested_at,
                in_hours(day, 9, 20, 'accepts', user_no, nth(day)) as accepted_at
            from due where what = 'friend'"""
        )
        self._remember_second_accounts("day = ?", day)
        self.arrive(day, day, day)
        run(f"insert into user_file from user_rows({at})")
        run(f"insert into friend_file by name from first_friend_rows({at})")
        run("insert into rhythm from first_rhythm()")
        self.write("users", name, "from user_file order by user_id")
        self.write("surveys", name, "from survey_rows() order by user_id, question")
        run(
            """insert into members
            select detail, user_no, day, case when draw('leaves', user_no, nth(day)) < p('groups.left_share')
                then later(day, 1 + floor(180 * exponential('leaves after', user_no, nth(day)))) end
            from due where what = 'join'
                and (detail, user_no) not in (select (group_id, user_no) from members)"""
        )
        run(
            f"""update members set left_on = {at}
            where (left_on is null or left_on > {at}) and joined_on < {at}
                and (group_id, user_no) in (select (group_id, user_no) from taken_out)
                and draw('taken out', user_no, nth({at})) < p('groups.taken_out_share')"""
        )
        run(
            f"""create or replace temp table changed_members as
            select * from members where joined_on = {at} or left_on = {at}"""
        )
        run("create or replace temp view members_due as from members")
