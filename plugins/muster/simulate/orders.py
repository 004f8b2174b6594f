"""Who buys on which day, and the order lines of it."""

from datetime import date

import duckdb

from muster.simulate.writing import LandingWriter

LONG_AGO = date(1900, 1, 1)


class Orders:
    """The feed order_lines, and the table `rhythm` that says when whom it is due."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, writer: LandingWriter) -> None:
        self.connection, self.write = connection, writer.write

    def begin(self) -> None:
        """Table batch_rhythm: the rhythm of table people, before the first purchase."""
        self.connection.execute("create or replace temp table batch_rhythm as from first_rhythm()")
        self.connection.execute("create or replace temp view walked as from batch_rhythm")

    def happen(self, upto: date, table: str) -> int:
        """Table happened [user_no, number, day]: the purchases of `table` that are due up to a day; moves it on."""
        run = self.connection.execute
        ((ends_at,),) = run("select ends_at from days where day = ?", [upto]).fetchall()
        run(f"create or replace temp view walkers as from {table} where next_at <= least({ends_at}, ends_at)")
        run(f"create or replace temp table stepped as from steps({ends_at})")
        day, join = f"date '{upto}'", ""
        if table != "rhythm":
            day = "tick_days.day"
            join = "inner join tick_days on (happens_at - 1) // (p('ticks_a_day') // 100) = tick_days.hundredth"
        run(
            f"""create or replace temp table happened as
            select user_no, purchase_no as number, {day} as day from stepped {join} where has_happened"""
        )
        run(
            f"""update {table} as rhythm set next_at = ahead.next_at, purchase_no = ahead.purchase_no
            from (
                select user_no, max(happens_at) filter (not has_happened) as next_at, max(purchase_no) as purchase_no
                from stepped group by user_no
            ) as ahead
            where rhythm.user_no = ahead.user_no"""
        )
        return run("select count(*) from happened").fetchone()[0]

    def write_history(self, name: str, until: date) -> None:
        """The orders of tables happened and answered (contacts of the past) up to `until`; batch_rhythm is kept."""
        run = self.connection.execute
        run(
            """create or replace temp table extra as
            select distinct user_no, order_on as day from answered where is_persuaded"""
        )
        run("insert into extra_orders select * from extra where day > ?", [until])
        run(
            """create or replace temp table offers_due as
            select null::bigint as user_no, '' as offer, 0.0::double as discount, null::date as from_on limit 0"""
        )
        self._place(f"select * from extra where day <= date '{until}'", "batch_rhythm")
        run("create or replace temp table batch_headers as from headers()")
        run("create or replace temp view headers_due as from batch_headers")
        self.write("order_lines", name, f"from line_rows(date '{LONG_AGO}', date '{until}')")
        run("insert into rhythm from batch_rhythm")
        run("insert into open_orders from headers_due where greatest(lands_on, corrected_on, refunded_on) > ?", [until])

    def write_day(self, name: str, day: date) -> None:
        """The orders of one day, and rows of earlier ones that arrive, are corrected or refunded on it."""
        run = self.connection.execute
        run("create or replace temp view walked as from rhythm")
        self.happen(day, "rhythm")
        run(
            """create or replace temp table offers_due as
            select distinct on (hand.user_no) hand.user_no, hand.offer,
                offers.discount * p('response.effect') as discount, hand.from_on
            from offers_in_hand as hand
            inner join (select distinct offer, discount from offers) as offers on hand.offer = offers.offer
            where ? <= hand.to_on and p('response.effect') > 0
            order by hand.user_no, hand.from_on desc, hand.offer""",
            [day],
        )
        self._place(f"select user_no, day from extra_orders where day = date '{day}'", "rhythm")
        run("insert into open_orders from headers()")
        run("delete from offers_in_hand where user_no in (select user_no from purchases) or to_on <= ?", [day])
        run("delete from extra_orders where day <= ?", [day])
        run("create or replace temp view headers_due as from open_orders")
        self.write("order_lines", name, f"from line_rows(date '{day}' - 1, date '{day}')")
        run("delete from open_orders where greatest(lands_on, corrected_on, refunded_on) <= ?", [day])

    def _place(self, extra: str, table: str) -> None:
        """Table purchases: happened and extra ones; `table` counts them."""
        run = self.connection.execute
        run(
            f"""create or replace temp table purchases as
            from happened
            union all
            select user_no, 5000 + (day - p('start')), day from ({extra})"""
        )
        run(
            f"""update {table} as rhythm
            set purchases = rhythm.purchases + counted.purchases, last_on = counted.last_on
            from (select user_no, count(*) as purchases, max(day) as last_on from purchases group by user_no) as counted
            where rhythm.user_no = counted.user_no"""
        )
