"""A night of groups, what it started from, and what it built, by what the rows are about."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import floor, isqrt

from support.compiled import Row
from support.random_groups import GroupNight

Tables = dict[str, list[Row]]
Key = tuple[str, str]  # person, kind of group
PENDING, ENDED = ("planned", "invited"), ("declined", "expired", "left")
PARTS = ("city", "province", "country", "channel", "tier_band")
FIXED = ("group_kind", "group_name", "origin", "rung", *PARTS, "cohort", "opened_on")


@dataclass
class Held:
    """A night, what it started from, and what it built; the names of its rows by what they are about."""

    night: GroupNight
    tables: Tables

    @cached_property
    def persons(self) -> dict[str, str]:
        return {row["user_id"]: row["person_id"] for row in self.night.tables["persons"]}

    @cached_property
    def successors(self) -> dict[str, str]:
        """Person of the night before -> who that is tonight: the person of its row, else of another of its rows."""
        found: dict[str, str] = {}
        for row in sorted(
            self.night.state["persons"], key=lambda row: (row["user_id"] != row["person_id"], row["user_id"])
        ):
            if row["user_id"] in self.persons:
                found.setdefault(row["person_id"], self.persons[row["user_id"]])
        return found

    @cached_property
    def users(self) -> dict[str, list[Row]]:
        """person -> customers' rows."""
        found = defaultdict(list)
        for row in self.night.tables["customers"]:
            found[row["person_id"]].append(row)
        return dict(found)

    @cached_property
    def registry(self) -> dict[str, Row]:
        return {row["group_id"]: row for row in self.tables["group_registry"]}

    @cached_property
    def registry_before(self) -> dict[str, Row]:
        return {row["group_id"]: row for row in self.night.state["group_registry"]}

    @cached_property
    def members(self) -> dict[Key, Row]:
        return {(row["person_id"], row["group_kind"]): row for row in self.tables["group_memberships"]}

    @cached_property
    def members_before(self) -> dict[Key, list[Row]]:
        """By today's persons: two that are one now have two rows of a kind."""
        found = defaultdict(list)
        for row in self.night.state["group_memberships"]:
            if row["person_id"] in self.successors:
                found[self.successors[row["person_id"]], row["group_kind"]].append(row)
        return dict(found)

    @cached_property
    def assignments(self) -> dict[Key, Row]:
        return {(row["person_id"], row["group_kind"]): row for row in self.tables["group_assignments"]}

    @cached_property
    def cohorts(self) -> dict[str, Row]:
        return {row["person_id"]: row for row in self.tables["cohort_members"]}

    @cached_property
    def inside(self) -> Counter[str]:
        """Who moves is inside the old group until the new one has the person."""
        return Counter(
            row["from_group_id"] or row["group_id"]
            for row in self.members.values()
            if row["status"] == "joined" or row["from_group_id"]
        )

    @cached_property
    def vacated(self) -> Counter[str]:
        """Places that tonight's moves leave, where whoever moves is inside the new group at once: given tomorrow."""
        return Counter(
            group_id
            for key, rows in self.members_before.items()
            for group_id in {row["group_id"] for row in rows if row["status"] == "joined"}
            if key in self.members
            and self.members[key]["planned_on"] == self.night.as_of
            and group_id not in (self.members[key]["group_id"], self.members[key]["from_group_id"])
        )

    @cached_property
    def pending(self) -> Counter[str]:
        return Counter(row["group_id"] for row in self.members.values() if row["status"] in PENDING)

    @cached_property
    def takes_people(self) -> set[str]:
        return {group for group, row in self.registry.items() if row["status"] in ("filling", "live")}

    @cached_property
    def is_assumed(self) -> bool:
        return not self.night.has_members_feed and self.night.group_assume_joined == 1

    @cached_property
    def objections(self) -> dict[str, str]:
        """person -> why the person belongs in no group."""
        night, found = self.night, {}
        counts: Counter[str] = Counter()
        for row in night.feeds["community_events"]:
            if row["event_type"] == "violation":
                age = (night.as_of - date.fromisoformat(row["occurred_at"][:10])).days
                if 0 <= age < night.group_violation_days and row["user_id"] in self.persons:
                    counts[self.persons[row["user_id"]]] += 1
        exempt = {self.persons.get(row["user_id"]) for row in night.feeds["suppressions"] if row["kind"] == "whitelist"}
        for person, count in counts.items():
            if count > night.group_violations_at_most and person not in exempt:
                found[person] = "violation"
        objectors = [row["user_id"] for row in night.feeds["suppressions"] if row["kind"] != "whitelist"]
        objectors += [row["user_id"] for row in night.feeds["users"] if row["do_not_contact"]]
        objectors += [row["user_id"] for row in night.feeds["contacts"] if row["result"] == "do_not_contact"]
        return found | {self.persons[user]: "suppressed" for user in objectors if user in self.persons}

    @cached_property
    def ended(self) -> set[str]:
        return {person for person, rows in self.users.items() if any(r["milestone_status"] == "ended" for r in rows)}

    @cached_property
    def acceptance(self) -> dict[str, Fraction]:
        return {row["group_kind"]: Fraction(row["acceptance"]) for row in self.tables["int_group_acceptance"]}

    def has_come_into(self, person: str, group: str) -> bool:
        """Whether the feeds tell so, now or earlier; a shop without such feeds takes it for granted."""
        joins = (row for row in self.night.feeds["community_events"] if row["event_type"] == "join")
        return self.is_assumed or any(
            row["group_id"] == self.registry[group]["feed_group_id"] and self.persons.get(row["user_id"]) == person
            for row in chain(self.night.feeds["group_members"], joins)
        )

    def was_not_sent(self, key: Key, invited_on: date) -> bool:
        """Whether the shop says that the invitation of that day was not sent."""
        slots = {
            row["schedule_id"]
            for row in self.night.ledger
            if row["event"] == "issued" and row["playbook"] == key[1] and row["planned_date"] == invited_on
        }
        return any(
            row["contact_id"] in slots and row["result"] == "not_sent" and self.persons.get(row["user_id"]) == key[0]
            for row in self.night.feeds["contacts"]
        )

    def is_new_place(self, row: Row) -> bool:
        """Whether tonight chose the group: not one who was planned for it before."""
        return row["planned_on"] == self.night.as_of

    def fits(self, person: Row, group: Row) -> bool:
        """person: a row of group_assignments or of customers with cohort and tier_band; group: of the registry."""
        return (
            group["rung"] is not None
            and group["cohort"] == person["cohort"]
            and all(group[part] in (None, person[part]) for part in PARTS)
        )

    def expected(self, people: int, kind: str) -> int:
        """Of so many who wait, those who will come at the least, chance allowed for."""
        share, sigmas = self.acceptance[kind], self.night.group_opening_sigmas
        variance = people * share * (1 - share) * sigmas**2
        # floor(n a - sqrt(v)) without a float: the largest e with e <= n a and (n a - e)^2 >= v
        value = floor(people * share - Fraction(isqrt(floor(variance)), 1)) + 1
        while value > people * share or (people * share - value) ** 2 < variance:
            value -= 1
        return value

    def groups_for(self, people: int, kind: str) -> int:
        """As many as make the target, or as many as it takes that nobody who fills another group is left over."""
        expected, night = self.expected(people, kind), self.night
        if expected < night.group_least_size:
            return 0
        most = night.group_most_size
        return max(expected // night.group_target_size, (expected + most - night.group_least_size) // most)
