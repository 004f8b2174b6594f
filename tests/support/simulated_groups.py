"""Nights over a simulated shop in memory: the project's whole SQL over the landing files of muster simulate.

What a night hands out the shop does on the next day: it sends the invitations, some accept, it takes out whom a list
says. A night takes some seconds, where the command's takes half a minute.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from muster.landing.feeds import FEEDS
from muster.simulate import World
from muster.simulate.nights import GROUPS, TAKEN_OUT

from support.compiled import Compiled, CompiledShop, Row, compile_project
from support.group_nights import CARRIED
from support.worlds import rows_of

FILL_DAYS, ACCEPTANCE_PERCENT = 28, 60
# a tenth of the policy's sizes, for some thousand people
SIZES = {"group_least_size": 15, "group_target_size": 20, "group_most_size": 35}
BUILT = (
    "group_moves", "groups", "group_assignments", "entry_routes", "operator_load", "staffing_plan", "contact_schedule",
    "int_ledger_events", "purchase_histories",
)  # fmt: skip
TRUE_TO_PLAN = {"response.carried_out": 1, "groups.left_share": 0.05} | {
    f"response.channels.{channel}.reach": 1 for channel in ("wecom", "sms", "friend_request")
}
Rung = tuple[str, bool, bool]
BY_TIER: tuple[Rung, ...] = (("country", False, True), ("country", False, False))
"""A ladder on which some thousand people have groups of both tiers, so that who rises can move."""
REASONS = ("promoted", "merged", "cohort_corrected", "entered", "adopted", "stayed")


def compile_simulated(folder: Path) -> Compiled:
    return compile_project(folder, carried=CARRIED, group_most_size=SIZES["group_most_size"])


@dataclass
class Found:
    """What the nights brought. moves: by reason, of people whose group changed or who left."""

    nights: int = 0
    moves: Counter[str] = field(default_factory=Counter)
    budgets: list[tuple[int, int]] = field(default_factory=list)  # tier moves and people inside, by night
    opened: dict[str, date] = field(default_factory=dict)
    reached: dict[str, date] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    invited: int = 0
    accepted: int = 0
    inside: int = 0

    def reached_in_time(self, last: date, days: int) -> tuple[int, int]:
        """(groups that had their least size within so many days, groups that had so many days)."""
        due = [group for group, opened in self.opened.items() if (last - opened).days >= days]
        return sum(
            group in self.reached and (self.reached[group] - self.opened[group]).days <= days for group in due
        ), len(due)


class SimulatedNights:
    """ladder: rungs of interest groups as (place, by_channel, by_tier), for the shipped ones; policy: parameters."""

    def __init__(self, compiled: Compiled, world: World, ladder: Sequence[Rung] = (), **policy: object) -> None:
        self.shop, self.world = CompiledShop(compiled), world
        if ladder:
            self.shop.give(group_ladder=[_ladder_row(number, *rung) for number, rung in enumerate(ladder, 1)])
        plan = {"group_acceptance_percent": ACCEPTANCE_PERCENT, "group_fill_days": FILL_DAYS}
        self.policy = {k: v for k, v in SIZES.items() if k != "group_most_size"} | plan | policy
        self.found = Found()
        self.landed: set[Path] = set()

    def run(self, nights: int) -> Found:
        for _ in range(nights):
            day = self.world.write_day(*self._handed_out())
            self._land()
            self.shop.as_of(day, **self.policy)
            for model in (*BUILT, *CARRIED):
                self.shop.make(model)
            self._look(day)
            self._remember(day)
        return self.found

    def close(self) -> None:
        self.shop.close()

    def _rows(self, sql: str) -> list[tuple]:
        return self.shop.connection.execute(sql).fetchall()

    def _handed_out(self) -> tuple[Path | None, Path | None]:
        if not self.found.nights:
            return None, None
        day, folder = self.world.next_day, self.world.landing / ".simulator"
        planned, taken_out = folder / "planned.parquet", folder / "taken_out.parquet"
        columns = (
            "schedule_id as contact_id, contacts.user_id, channel, offer, purpose, playbook as campaign, account_id"
        )
        self._rows(
            f"""copy (
                select {columns}, operator_id, false as is_ghost, group_id, group_name, group_operator_id
                from marts.contact_schedule as contacts
                left join ({GROUPS}) as groups
                    on contacts.purpose = 'invitation' and contacts.channel <> 'friend_request'
                    and contacts.user_id = groups.user_id and contacts.playbook = groups.group_kind
                where planned_date = date '{day}' and status = 'planned' and issued_on is not null
                order by contact_id
            ) to '{planned}' (format parquet)"""
        )
        self._rows(f"copy ({TAKEN_OUT}) to '{taken_out}' (format parquet)")
        return planned, taken_out

    def _land(self) -> None:
        """The landing zone's new files as ingest keeps them; a handle's hash needs no key here."""
        landing = self.world.landing
        for name, known in FEEDS.items():
            files = {path for path in (landing / name).glob("*.*") if path not in self.landed}
            if not files:
                continue
            self.landed |= files
            rows, raw = rows_of(files), f"work.raw.{name}"
            given = {row[0] for row in self._rows(f"describe from {rows}")}
            columns = {
                column.lake_name: f"right({column.name}::varchar, 11)" if column.type == "phone" else column.name
                for column in known.columns
                if column.name in given
            }
            columns |= {"source_file": f"replace(filename, '{landing}/', '')", "source_row": "row_number() over ()"}
            if known.dated_by:
                columns["business_date"] = f"{known.dated_by}::timestamp::date"
            selected = ", ".join(f"{value} as {column}" for column, value in columns.items())
            self._rows(f"insert into {raw} by name select {selected} from {rows}")
            if name in ("orders", "order_lines"):
                repeated = f"select order_id from {raw} group by order_id having count(distinct source_file) > 1"
                self._rows(f"update {raw} set is_repeated = order_id in ({repeated})")

    def _look(self, day: date) -> None:
        found = self.found
        found.nights += 1
        before, after = "previous.state.group_memberships", "state.group_memberships"
        moves = self._rows(
            f"""select now.reason_code, count(*)
            from {before} as earlier
            inner join {after} as now using (person_id, group_kind)
            where earlier.status = 'joined' and (now.status <> 'joined' or now.group_id <> earlier.group_id)
            group by all"""
        )
        found.moves.update(dict(moves))
        ((promoted, inside),) = self._rows(
            f"""select count_if(reason_code = 'promoted' and planned_on = date '{day}'),
                count_if(status = 'joined' or from_group_id is not null)
            from {after}"""
        )
        found.budgets.append((promoted, inside))
        for group, opened, size in self._rows(
            "select group_id, opened_on, inside from marts.groups where origin = 'opened'"
        ):
            found.opened.setdefault(group, opened)
            found.sizes[group] = size
            if size >= SIZES["group_least_size"]:
                found.reached.setdefault(group, day)
        ((found.invited, found.accepted),) = self._rows(
            f"""select sum(invitations), count_if(status = 'joined' and invitations > 0) from {after}"""
        )
        found.inside = inside

    def _remember(self, day: date) -> None:
        for model in CARRIED:
            self._rows(f"truncate previous.state.{model}")
            self._rows(f"insert into previous.state.{model} by name from state.{model}")
        self._rows(
            f"""insert into work.raw.ledger by name
            select *, date '{day}' as event_as_of_date, '{day}' as run from work.intermediate.int_ledger_events"""
        )


def _ladder_row(number: int, place: str, by_channel: bool, by_tier: bool) -> Row:
    return {
        "group_kind": "interest", "rung": number, "place": place, "by_channel": by_channel, "by_tier": by_tier,
        "label_en": place, "label_zh": place,
    }  # fmt: skip
