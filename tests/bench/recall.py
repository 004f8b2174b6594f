"""Ninety simulated nights, four times over the same world: Muster's ranking against three that are simpler.

    python tests/bench/recall.py

Capacity, exclusions, caps and control groups are the same for all; what differs is the value by which the people who
ask for a contact are ranked, and that only Muster leaves out whoever is expected to bring less than min_contact_value.
Nights are the project's own SQL, feeds, fits, lift and ledger, in memory. What contacts add is not measured but known:
World.true_response. The control groups' measurement stands beside it. Writes recall.svg beside this file.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from shutil import copytree

import duckdb
from jinja2 import Environment, FileSystemLoader
from muster import ledger, lift_reading, value_fit
from muster.candidate import Candidate
from muster.engines.lake_rows import LakeRows, insert_measured
from muster.landing.expressions import literal
from muster.landing.ingest import ingest
from muster.landing.lake import Lake
from muster.lift import Group, Stratum
from muster.policy import Policy
from muster.settings import Settings
from muster.simulate import World

FOLDER = Path(__file__).parent
sys.path.append(str(FOLDER.parent))
from support.compiled import Compiled, CompiledShop, compile_project  # noqa: E402

FIRST_DAY = date(2026, 2, 15)  # the quarter ends after 45 of the ninety days
QUARTER_ENDS = date(2026, 4, 1)
CARRIED = {"persons": "state", "holdout_members": "state", "recall_lift": "marts", "model_parameters": "marts"}
WORLD = {"operators.daily_contact_limit": 3, "operators.daily_add_limit": 3}
QUOTAS = {"phone": 5, "sms": 20}  # a day, for 8,000 people; the policy's own are meant for many more
LEFT, RIGHT, TOP, BOTTOM, LABEL = 70, 770, 16, 330, 18  # the picture's coordinates
EVERYBODY = -1_000_000
RANKINGS = {
    "Muster": None,
    "highest risk first": "coalesce(customers.recency_days / customers.churn_after_days, 0)",
    "highest value first": "customers.lifetime_monetary",
    "random": "hash(requests.person_id, customers.as_of_date)",
}
"""Ranking -> SQL of the value that stands in for the expected incremental profit."""
COLOURS = dict(zip(RANKINGS, ("#0f8a5f", "#c2410c", "#2563eb", "#8b8f98"), strict=True))


@dataclass
class Season:
    """What came of one ranking: by day, contacts and their true expected profit, both by source of the score."""

    ranking: str
    days: list[dict] = field(default_factory=list)
    measured: dict = field(default_factory=dict)
    responses: list[dict] = field(default_factory=list)
    seconds: float = 0

    @property
    def contacts(self) -> int:
        return sum(day["contacts"] for day in self.days)

    @property
    def profit(self) -> float:
        return sum(day["profit"] for day in self.days)


class Home:
    """The nights of one world in memory: what Muster keeps between them, and the two things that a fit asks for."""

    def __init__(self, compiled: Compiled, folder: Path, landing: Path, ranking: str) -> None:
        self.settings = Settings(home=folder, landing=landing)
        self.policy = Policy.read(self.settings.policy_folder)
        self.value, self.lake = RANKINGS[ranking], Lake(self.settings.lake)
        self.limits = {} if self.value is None else {"min_contact_value": EVERYBODY}
        self.shop = CompiledShop(compiled)
        for channel, quota in QUOTAS.items():
            self.shop.connection.execute(
                "update policy.contact_channels set daily_quota = ? where channel = ?", [quota, channel]
            )

    @contextmanager
    def reading(self, _: Candidate) -> Iterator[duckdb.DuckDBPyConnection]:
        yield self.shop.connection

    def write_measured(self, _: Candidate, table: str, rows: list[dict]) -> None:
        insert_measured(self.shop.connection, "work.raw", table, rows)

    def night(self, day: date) -> None:
        """All that a night does to hand out contacts."""
        candidate = self._take_in(day)
        self.shop.as_of(day, **self.limits)
        for model in ("recall_lift", "experiment_results", "int_value_spends", "int_value_states", "model_parameters"):
            self.shop.make(model)
        if value_fit.refit(self, candidate, self.policy) + lift_reading.read_due(self, candidate, self.policy):
            self.shop.as_of(day, **self.limits)
        self.shop.make("int_contact_requests")
        if self.value:
            self._rank()
        for model in ("int_ledger_events", *CARRIED):
            self.shop.make(model)
        ledger.write_events(self.shop.connection, candidate)
        ledger.adopt_events(candidate, self.settings.ledger)
        for table, schema in CARRIED.items():
            self.shop.connection.execute(f"create or replace table previous.{schema}.{table} as from {schema}.{table}")

    def handed_out(self, day: date) -> Path:
        """A file of the contacts for a day, ghosts included, as World.write_day takes it."""
        path = self.settings.home / "planned.parquet"
        events = ledger.select_events(self.settings.ledger)
        duckdb.sql(
            f"""select schedule_id as contact_id, user_id, channel, offer, purpose, playbook as campaign, account_id,
                    operator_id, is_ghost, score
                from ({events})
                where event = 'issued' and planned_date = date '{day}'
                    and schedule_id not in (select schedule_id from ({events}) where event = 'cancelled')
                order by schedule_id"""
        ).write_parquet(str(path))
        return path

    def measured(self) -> dict:
        """What the control groups say of the contacts whose window has closed, friend requests apart, in one figure."""
        self.shop.make("recall_outcomes")
        rows = self.shop.connection.execute(
            f"""select playbook, value_tier, is_ghost, sum(contact_cost + discount_cost), {lift_reading.GROUP}
                from marts.recall_outcomes where is_closed and channel <> 'friend_request' group by all order by all"""
        ).fetchall()
        sides, costs = defaultdict(dict), defaultdict(Decimal)
        for playbook, tier, is_ghost, cost, *group in rows:
            sides[playbook, tier][is_ghost] = Group(*map(int, group))
            costs[playbook, tier] += cost
        strata = {
            key: Stratum(side.get(False, lift_reading.NOBODY), side.get(True, lift_reading.NOBODY))
            for key, side in sides.items()
        }
        return lift_reading.lift_figures(strata, costs, self.policy.values["margin_percent"] / 100)

    def _take_in(self, day: date) -> Candidate:
        """Tonight's files into the lake, the lake's rows into raw."""
        folder = self.settings.home / "candidates" / str(day)
        candidate = Candidate(str(day), day, folder, self.settings.private / str(day), "", "duckdb")
        candidate.staged.mkdir(parents=True)
        candidate.private.mkdir(parents=True)
        zone, lake = self.settings.landing, self.lake
        found = ingest(zone, lake, candidate.staged, candidate.private, candidate.run, self.policy)
        lake.adopt(candidate.staged, found.entry)
        connection = self.shop.connection
        connection.execute("attach ':memory:' as landed; use landed")
        LakeRows(found.state, lake.folder, candidate.staged, self.settings.ledger).show(connection, [])
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'work' and schema_name = 'raw'"
        ).fetchall():
            connection.execute(f"truncate work.raw.{table}; insert into work.raw.{table} by name from raw.{table}")
        connection.execute("use muster; detach landed")
        return candidate

    def _rank(self) -> None:
        requests = "work.intermediate.int_contact_requests"
        self.shop.connection.execute(
            f"""create or replace table {requests} as
                select requests.* replace (
                    row_number() over (order by {self.value} desc, requests.person_id) as place
                )
                from {requests} as requests
                inner join work.intermediate.int_recall_requests as recalls using (person_id)
                inner join marts.customers as customers on recalls.user_id = customers.user_id"""
        )


def season(compiled: Compiled, folder: Path, ranking: str, world: dict, days: int) -> Season:
    """Let the days happen, each after a night; folder: one with a landing zone that has its history."""
    began, found = time.monotonic(), Season(ranking)
    with World(folder / "landing", **world) as simulated:
        home = Home(compiled, folder / "home", simulated.landing, ranking)
        home.night(simulated.written)
        for _ in range(days):
            day = simulated.next_day
            planned = home.handed_out(day)
            found.days.extend(_truth(simulated, planned, day))
            simulated.write_day(planned)
            home.night(day)
            if day in (QUARTER_ENDS - timedelta(days=1), QUARTER_ENDS):
                home.shop.make("int_recall_responses")
                rows = home.shop.rows("from work.intermediate.int_recall_responses order by all")
                found.responses += [{"day": day} | row for row in rows]
        found.measured = home.measured()
    found.seconds = time.monotonic() - began
    return found


def _truth(world: World, planned: Path, day: date) -> list[dict]:
    """What the day's contacts are expected to add, by those who know."""
    world.true_response(f"from read_parquet({literal(str(planned))})", day)
    rows = world.connection.execute(
        f"""select campaign as playbook, channel, offer, count(*) as contacts, sum(incremental_profit) as profit,
                sum(score) as expected, sum(lift) as orders, sum(p_not_contacted) as anyway,
                sum(order_value) as order_value
            from truth inner join read_parquet({literal(str(planned))}) as planned using (user_id, channel, offer)
            where not is_ghost group by all order by all"""
    ).fetchnumpy()
    return [{"day": day} | dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]


def table(seasons: list[Season]) -> Iterator[str]:
    yield f"{'ranking':20} {'contacts':>8} {'expected profit':>15} {'a contact':>9}   measured: more buyers, 95 %"
    for one in seasons:
        found = one.measured
        shares = [100 * float(found[f"rate_difference{end}"] or 0) for end in ("", "_low", "_high")]
        yield (
            f"{one.ranking:20} {one.contacts:8,} {one.profit:15,.0f} {one.profit / one.contacts:9.2f}   "
            f"{shares[0]:+.1f} points [{shares[1]:+.1f}, {shares[2]:+.1f}], {found['ghosts']} of "
            f"{found['contacted'] + found['ghosts']:,} held out"
        )


def channels(seasons: list[Season]) -> Iterator[str]:
    """Contacts and their expected profit by channel: chats are what is scarce."""
    names = sorted({row["channel"] for one in seasons for row in one.days})
    yield f"{'ranking':20} " + " ".join(f"{name:>20}" for name in names)
    for one in seasons:
        cells = []
        for name in names:
            rows = [row for row in one.days if row["channel"] == name]
            contacts, profit = (sum(row[column] for row in rows) for column in ("contacts", "profit"))
            cells.append(f"{contacts:8,} -> {profit:8,.0f}")
        yield f"{one.ranking:20} " + " ".join(cells)


def calibration(one: Season) -> Iterator[str]:
    """What the scores promised of the contacts made, and what those are truly expected to bring, a contact."""
    yield f"{'playbook':18} {'channel':15} {'until ' + str(QUARTER_ENDS):>28} {'from then on':>28}"
    yield f"{'':34} {2 * ('   contacts  score  truth').rjust(29)}"
    for key in sorted({(day["playbook"], day["channel"]) for day in one.days}):
        parts = []
        for is_after in (False, True):
            rows = [
                day
                for day in one.days
                if (day["playbook"], day["channel"]) == key and (day["day"] > QUARTER_ENDS) == is_after
            ]
            contacts = sum(row["contacts"] for row in rows)
            means = [sum(float(row[name]) for row in rows) / max(1, contacts) for name in ("expected", "profit")]
            parts.append(f"{contacts:12,} {means[0]:7.2f} {means[1]:7.2f}")
        yield f"{key[0]:18} {key[1]:15} {' '.join(parts)}"


def learned(one: Season) -> Iterator[str]:
    """The response that the ranking reckoned with, the night before the quarter was read and the night after."""
    for key in sorted({(row["playbook"], row["value_tier"]) for row in one.responses}):
        rows = [row for row in one.responses if (row["playbook"], row["value_tier"]) == key]
        told = ", then ".join(
            f"{100 * row['response']:.2f} % of {100 * row['baseline']:.2f} % ({row['score_source']})" for row in rows
        )
        yield f"  {key[0]:18} {key[1]:8} {told}"


def picture(seasons: list[Season]) -> str:
    """recall.svg: the profit of each ranking, added up day by day."""
    days = sorted({row["day"] for one in seasons for row in one.days})
    sums = {}
    for one in seasons:
        by_day = defaultdict(float)
        for row in one.days:
            by_day[row["day"]] += row["profit"]
        sums[one.ranking] = list(accumulate(by_day[day] for day in days))
    low, high = (f(value for line in sums.values() for value in (0, *line)) for f in (min, max))
    step = next(s for s in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000) if (high - low) / s <= 6)
    floor, ceiling = floor_to(low, step), -floor_to(-high, step)

    def x(day: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (day - days[0]).days / max(1, len(days) - 1), 1)

    def y(profit: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (profit - floor) / (ceiling - floor), 1)

    places, above = {}, -LABEL
    for name in sorted(sums, key=lambda name: y(sums[name][-1])):
        above = places[name] = max(y(sums[name][-1]), above + LABEL)
    lines = [
        {
            "name": name, "days": len(days), "profit": line[-1], "label_y": places[name], "colour": COLOURS[name],
            "points": " ".join(f"{x(day)},{y(value)}" for day, value in zip(days, line, strict=True)),
        }
        for name, line in sums.items()
    ]  # fmt: skip
    template = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True)
    return template.get_template("recall.svg.j2").render(
        width=RIGHT + 230, height=BOTTOM + 30, left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM, lines=lines,
        profits=[{"profit": profit, "y": y(profit)} for profit in range(floor, ceiling + 1, step)],
        dates=[{"day": f"{day:%d %b}", "x": x(day)} for day in days if day.day in (1, 15)],
        read={"x": x(QUARTER_ENDS)} if QUARTER_ENDS in days else None,
    )  # fmt: skip


def floor_to(value: float, step: int) -> int:
    return int(value // step) * step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=8000)
    parser.add_argument("--nights", type=int, default=90)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    world = {"users": arguments.users, "seed": arguments.seed, "first_night": FIRST_DAY, "changes": WORLD}
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        folder = Path(name)
        with World(folder / "landing", **world) as simulated:
            simulated.write_history()
        compiled = compile_project(folder / "compiled", carried=tuple(CARRIED))
        for ranking in RANKINGS:
            copytree(folder / "landing", folder / ranking / "landing")
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
            runs = [
                pool.submit(season, compiled, folder / ranking, ranking, world, arguments.nights)
                for ranking in RANKINGS
            ]
            seasons = [run.result() for run in runs]
    print("\n".join(table(seasons)))
    print("\nBy channel")
    print("\n".join(channels(seasons)))
    print("\nMuster's responses on the nights before and after the quarter was read")
    print("\n".join(learned(seasons[0])))
    print("\nMuster's scores against the truth, a contact")
    print("\n".join(calibration(seasons[0])))
    (FOLDER / "recall.svg").write_text(picture(seasons) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
