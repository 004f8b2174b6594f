"""What must hold of groups on every night, read from the tables that a night builds, in loops and without SQL."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, isqrt

from support.compiled import Row
from support.random_groups import BANDS, GroupNight

Tables = dict[str, list[Row]]
Key = tuple[str, str]  # person, kind of group
PENDING, ENDED = ("planned", "invited"), ("declined", "expired", "left")
PARTS = ("city", "province", "country", "channel", "tier_band")
FIXED = ("group_kind", "group_name", "origin", "rung", *PARTS, "cohort", "opened_on")
STAFFED = ("live", "filling", "stopped", "merging")


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


def check(held: Held, seen: Counter[str]) -> None:
    """Everything that a night must hold."""
    for look in (
        _once, _sizes, _places, _pending, _transitions, _moves_within_budget, _names, _groups_of_the_mart, _openings,
        _waiting, _hands, _routes, _staffing, _tasks, _cohorts,
    ):  # fmt: skip
        look(held, seen)


def _once(held: Held, seen: Counter[str]) -> None:
    """One row a person and kind, of people who are there; one a person and open kind in the mart."""
    assert len(held.members) == len(held.tables["group_memberships"])
    assert len(held.registry) == len(held.tables["group_registry"])
    assert len(held.assignments) == len(held.tables["group_assignments"])
    opened = {row["group_kind"] for row in held.night.tables["group_kinds"] if row["is_open"]}
    assert {person for person, _ in held.members} <= held.users.keys()
    assert held.assignments.keys() >= {(person, kind) for person in held.users for kind in opened}
    for key, row in held.members.items():
        assert held.registry[row["group_id"]]["group_kind"] == key[1]
        shown = held.assignments.get(key)
        if shown and row["status"] in ("joined", *PENDING):
            assert (shown["group_id"], shown["status"], shown["from_group_id"]) == (
                row["group_id"], row["status"], row["from_group_id"],
            )  # fmt: skip
    for key, row in held.assignments.items():
        if row["status"] in ("waiting", "not_eligible"):
            assert row["group_id"] is None
            assert key not in held.members or held.members[key]["status"] in ENDED, key
        seen[f"{row['status']}_{row['reason']}"] += 1


def _sizes(held: Held, seen: Counter[str]) -> None:
    """Nobody is planned into a group that is full, and only reality goes beyond the bound."""
    most = held.night.group_most_size
    given = Counter(
        row["group_id"] for row in held.members.values() if held.is_new_place(row) and row["reason_code"] != "merged"
    )
    for group, row in held.registry.items():
        size = held.inside[group] + held.pending[group]
        if size > most:
            assert not given[group], group
            came = [r for r in held.members.values() if (r["from_group_id"] or r["group_id"]) == group]
            assert any(r["reason_code"] in ("entered", "adopted", "stayed", "assigned") for r in came)
            seen["overfull"] += 1
        assert row["status"] not in ("stopped", "merging", "closed") or not given[group], (group, row)


def _places(held: Held, seen: Counter[str]) -> None:
    """Who got a place tonight is worth it, has no objection, and has all that the group's people have in common."""
    eligible = {tuple(row.values()) for row in held.night.tables["group_eligibility"]}
    opened = {row["group_kind"] for row in held.night.tables["group_kinds"] if row["is_open"]}
    for (person, kind), row in held.members.items():
        if not held.is_new_place(row):
            continue
        group, shown = held.registry[row["group_id"]], held.assignments[person, kind]
        assert kind in opened, (kind, row)
        assert (kind, shown["stage"], shown["value_tier"]) in eligible or row["reason_code"] == "merged", (shown, row)
        if row["reason_code"] != "merged":
            assert held.fits(shown, group), (person, row, shown, group)
        assert group["cohort"] == shown["cohort"], (person, row, shown, group)
        assert row["status"] in ("planned", "joined"), row
        assert row["status"] == "planned" or (held.is_assumed and not held.night.has_senders)
        seen["placed"] += 1
        seen[f"placed_on_rung_{group['rung']}"] += 1
    for (person, _), shown in held.assignments.items():
        rows = {row["user_id"]: row for row in held.users[person]}
        chosen = rows[shown["user_id"]]
        assert all(shown[part] == chosen[part] for part in ("city", "province", "country", "channel", "stage"))
        tiers = [(row["lifetime_monetary"], row["value_tier"]) for row in rows.values()]
        assert shown["value_tier"] in {
            tier or "none" for money, tier in tiers if money == max(tiers, key=lambda t: t[0])[0]
        }
        assert shown["tier_band"] == BANDS[shown["value_tier"]][0]


def _pending(held: Held, seen: Counter[str]) -> None:
    """Nobody is planned or invited whom something speaks against."""
    for (person, kind), row in held.members.items():
        if row["status"] in PENDING:
            assert person not in held.objections, (person, row, held.objections[person])
            group, cohort = held.registry[row["group_id"]], held.cohorts.get(person)
            assert cohort and group["cohort"] == cohort["cohort"], (person, kind, row, group, cohort)
            assert not (person in held.ended and cohort["cohort_source"] == "milestone")
            seen[row["status"]] += 1


def _transitions(held: Held, seen: Counter[str]) -> None:
    """A person's group changes for a reason that is true, and only then."""
    for key, row in held.members.items():
        before = held.members_before.get(key, [])
        if not before:
            assert row["from_group_id"] or row["reason_code"] in ("assigned", "assumed", "adopted", "entered"), row
            continue
        if len(before) > 1:
            seen["became_one"] += 1
            assert row["group_id"] in {b["group_id"] for b in before} or row["status_since"] == held.night.as_of
            continue
        (earlier,) = before
        _transition(held, key, earlier, row, seen)
    for key in held.members_before.keys() - held.members.keys():
        for row in held.members_before[key]:
            # what was only planned leaves nothing behind; who is no customer any more is nobody's member
            assert row["status"] == "planned" or key[0] not in held.users or row["invitations"] == 0, (key, row)


def _transition(held: Held, key: Key, earlier: Row, row: Row, seen: Counter[str]) -> None:
    what = (earlier["status"], row["status"])
    reason, night = row["reason_code"], held.night
    is_other_group = earlier["group_id"] != row["group_id"]
    if not is_other_group:
        assert earlier["status"] != "joined" or row["status"] in ("joined", "left"), (key, earlier, row)
        if what == ("joined", "left"):
            assert reason in ("left_group", "suppressed", "violation", "milestone_ended"), (key, earlier, row)
            seen[f"left_{reason}"] += 1
        if what[0] in ENDED and what[1] in PENDING:
            _asked_again(held, key, earlier, row)
        if earlier["from_group_id"] and row["status"] in PENDING:
            assert row["from_group_id"] == earlier["from_group_id"]
        return
    seen[f"moved_{reason}"] += 1
    if row["status"] == "left" and earlier["from_group_id"] == row["group_id"]:
        assert reason in ("left_group", "suppressed", "violation", "milestone_ended"), (key, earlier, row)
        return
    if row["status"] == "joined" and earlier["from_group_id"] == row["group_id"]:
        assert reason in ("stayed", "entered"), (key, earlier, row)
        assert reason == "entered" or _has_reason_to_stay(held, key, earlier, row), (key, earlier, row)
        return
    if reason in ("entered", "adopted"):
        assert row["status"] == "joined" and held.registry[row["group_id"]]["feed_group_id"]
        return
    assert held.is_new_place(row), (key, earlier, row)
    if earlier["status"] in ENDED:
        assert reason in ("assigned", "assumed"), (key, earlier, row)
        _asked_again(held, key, earlier, row)
        return
    if earlier["status"] in PENDING and not row["from_group_id"]:
        # the cohort was corrected, or the group is gone before anybody was asked
        was = held.registry[earlier["group_id"]]
        is_gone = was["group_id"] not in held.takes_people and earlier["status"] == "planned"
        assert is_gone or was["cohort"] != held.cohorts[key[0]]["cohort"], (key, earlier, row)
        return
    left = earlier["from_group_id"] or earlier["group_id"]
    assert row["from_group_id"] in (left, None), (key, earlier, row)
    was, now = held.registry[left], held.registry[row["group_id"]]
    if reason == "promoted":
        assert dict(BANDS.values())[now["tier_band"]] > dict(BANDS.values())[was["tier_band"]]
        assert earlier["status"] == "joined" or night.group_stay_days == 0
        assert (night.as_of - earlier["status_since"]).days >= night.group_stay_days
    elif reason == "merged":
        assert night.group_merges_are_executed == 1
        assert was["merge_into"] == now["group_id"] and was["status"] in ("merging", "closed"), (was, now)
    else:
        assert reason in ("cohort_corrected", "assumed"), (key, earlier, row)
        assert was["cohort"] != held.cohorts[key[0]]["cohort"]


def _has_reason_to_stay(held: Held, key: Key, earlier: Row, row: Row) -> bool:
    """Whether the move is refused, has gone unanswered, came too late, or makes no sense any more."""
    target, cohort = held.registry[earlier["group_id"]], held.cohorts.get(key[0])
    return (
        row["invited_on"] is not None
        or (held.night.as_of - earlier["planned_on"]).days >= held.night.group_fill_days
        or key[0] in held.objections
        or not cohort or target["cohort"] != cohort["cohort"]
        or held.assignments[key]["stage"] not in {r["stage"] for r in held.night.tables["group_eligibility"]}
        or target["status"] in ("merging", "closed")
        or (target["status"] == "stopped" and earlier["reason_code"] != "merged")
    )  # fmt: skip


def _asked_again(held: Held, key: Key, earlier: Row, row: Row) -> None:
    waited = (held.night.as_of - earlier["status_since"]).days
    assert waited >= held.night.group_ask_again_days or earlier["reason_code"] == "cohort_corrected", (
        key,
        earlier,
        row,
    )


def _moves_within_budget(held: Held, seen: Counter[str]) -> None:
    promoted = [r for r in held.members.values() if r["reason_code"] == "promoted" and held.is_new_place(r)]
    share = Fraction(str(held.night.group_tier_moves_percent)) / 100
    assert len(promoted) <= share * sum(held.inside.values())
    seen["promotions"] += len(promoted)


def _names(held: Held, seen: Counter[str]) -> None:
    """One name a group, at most 40 characters where Muster gave it; what a group is made of never changes."""
    names = [row["group_name"] for row in held.registry.values()]
    assert len(set(names)) == len(names), [name for name, times in Counter(names).items() if times > 1]
    for row in held.registry.values():
        assert row["origin"] == "adopted" or (len(row["group_name"]) <= 40 and row["group_name"]), row
    assert held.registry.keys() >= held.registry_before.keys()
    for group, before in held.registry_before.items():
        now = held.registry[group]
        assert {name: now[name] for name in FIXED} == {name: before[name] for name in FIXED}
        assert before["feed_group_id"] in (None, now["feed_group_id"])
        if now["status"] != before["status"]:
            assert now["status_since"] == held.night.as_of
            seen[f"{before['status']}_then_{now['status']}"] += 1
    known = Counter(row["feed_group_id"] for row in held.registry.values() if row["feed_group_id"])
    assert not known or max(known.values()) == 1


def _groups_of_the_mart(held: Held, seen: Counter[str]) -> None:
    night = held.night
    shown = {row["group_id"]: row for row in held.tables["groups"]}
    assert shown.keys() == {group for group, row in held.registry.items() if row["status"] != "closed"}
    hands = _last_hands(held.tables["group_hands"])
    for group, row in shown.items():
        assert (row["inside"], row["pending"]) == (held.inside[group], held.pending[group]), (group, row)
        assert all(row[name] == held.registry[group][name] for name in FIXED), row
        assert row["age_days"] == (night.as_of - row["opened_on"]).days
        assert row["is_unstaffed"] == (row["operator_id"] is None)
        # who had it last may have stopped working
        assert row["operator_id"] in (None, hands[group]["operator_id"] if group in hands else None), row
        if row["status"] == "filling" and row["age_days"] >= night.group_fill_days:
            raise AssertionError((group, row, "neither live nor stopped after its days"))
        if row["status"] == "stopped":
            # who comes by a merge where nobody can be asked counts at once; tomorrow it lives
            merged = [r for r in held.members.values() if r["group_id"] == group and r["reason_code"] == "merged"]
            assert row["age_days"] >= night.group_fill_days, row
            assert row["inside"] - len(merged) < night.group_least_size, row
        if row["shows_code"]:
            assert group in held.takes_people and row["inside"] < night.group_target_size, row
            assert row["inside"] + row["pending"] < night.group_most_size, row
        if row["is_behind"]:
            assert row["age_days"] >= night.group_warn_days
            seen["behind"] += 1


def _openings(held: Held, seen: Counter[str]) -> None:
    """Groups that tonight opened were worth it: as many as their stratum's people make, evenly filled."""
    strata = defaultdict(list)
    for row in held.registry.values():
        if row["opened_on"] == held.night.as_of and row["origin"] == "opened":
            strata[tuple(row[name] for name in ("group_kind", "rung", *PARTS, "cohort"))].append(row)
    for key, rows in strata.items():
        sizes = [row["planned_size"] for row in rows]
        assert max(sizes) - min(sizes) <= 1, (key, sizes)
        assert max(sizes) <= held.night.group_most_size and min(sizes) >= held.night.group_least_size, (key, sizes)
        taken = [held.pending[row["group_id"]] + held.inside[row["group_id"]] for row in rows]
        assert max(taken) - min(taken) <= 1, (key, taken)
        seen["opened"] += len(rows)
        seen["opened_together"] += len(rows) > 1
        people = _contenders(held, rows[0])
        can_open = held.groups_for(len(people), rows[0]["group_kind"])
        # the accounts may be able to invite fewer
        assert len(rows) <= can_open, (key, len(rows), can_open, len(people))
        if not held.night.feeds["accounts"] and not held.night.feeds["friends"]:
            assert len(rows) == can_open, (key, len(rows), can_open, len(people))


def _contenders(held: Held, group: Row) -> list[Key]:
    """Who could have come into a new group like this one tonight: those with a place on this rung or a later one who
    are not in a group that was there before, and those who wait.
    """
    found = []
    for key, shown in held.assignments.items():
        if key[1] != group["group_kind"] or not held.fits(shown, group):
            continue
        if shown["status"] == "waiting":
            if shown["reason"] in ("too_few", "next_wave", "no_capacity"):
                found.append(key)
        elif shown["group_id"] and held.is_new_place(held.members[key]):
            row, place = held.members[key], held.registry[held.members[key]["group_id"]]
            is_new = place["opened_on"] == held.night.as_of and place["origin"] == "opened"
            if row["reason_code"] not in ("promoted", "merged") and (
                place["rung"] > group["rung"] or (place["rung"] == group["rung"] and is_new)
            ):
                found.append(key)
    return found


def _waiting(held: Held, seen: Counter[str]) -> None:
    """Who waits because too few do fits nowhere: no group with room, no stratum with enough people."""
    night = held.night
    waiting = {key: row for key, row in held.assignments.items() if row["status"] == "waiting"}
    queue = {key: row for key, row in waiting.items() if row["reason"] == "too_few"}
    for key, row in queue.items():
        assert row["missing"] is None or row["missing"] > 0, (key, row)
        for group_id in held.takes_people:
            group = held.registry[group_id]
            if group["group_kind"] == key[1] and held.fits(row, group):
                inside, pending = held.inside[group_id], held.pending[group_id]
                wanted = max(group["planned_size"], night.group_target_size) - inside
                is_full = inside + pending >= night.group_most_size
                is_asked = pending >= ceil(max(wanted, 0) / held.acceptance[key[1]])
                assert is_full or is_asked, (key, row, group, inside, pending)
        seen["waits"] += 1
    strata = Counter()
    for (_, kind), row in queue.items():
        for rung in night.tables["group_ladder"]:
            if rung["group_kind"] == kind:
                parts = _parts(row, rung)
                if parts is not None:
                    strata[kind, rung["rung"], parts] += 1
    for (kind, *rest), people in strata.items():
        # chance allowed for once over all of them leaves some who would make a group of their own: tomorrow's
        if night.group_opening_sigmas == 0 or held.acceptance[kind] == 1:
            assert held.groups_for(people, kind) == 0, (kind, rest, people)


def _parts(row: Row, rung: Row) -> tuple | None:
    """What the person would share with others on the rung; None where something of it is not known."""
    parts = [row["cohort"]]
    parts += [row[rung["place"]]] if rung["place"] != "none" else []
    parts += [row["channel"]] if rung["by_channel"] else []
    parts += [row["tier_band"]] if rung["by_tier"] else []
    return None if None in parts else tuple(parts)


def _last_hands(rows: list[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row["hand"]):
        found[row["group_id"]] = row
    return found


def _hands(held: Held, seen: Counter[str]) -> None:
    """Groups change hands seldom; who has no room for another one gets none; loads add up."""
    night = held.night
    operators = {row["operator_id"]: row for row in night.feeds["operators"]}
    before = {(r["group_id"], r["hand"]): r for r in night.state["group_hands"]}
    now = {(r["group_id"], r["hand"]): r for r in held.tables["group_hands"]}
    assert len(now) == len(held.tables["group_hands"])
    feeds = {row["operator_id"] for row in night.feeds["group_members"]}
    for key, row in before.items():
        if key in now:
            assert (now[key]["operator_id"], now[key]["since"]) == (row["operator_id"], row["since"])
    given, changes = Counter(), Counter()
    for (group, hand), row in now.items():
        if (group, hand) not in before:
            assert row["since"] == night.as_of
            given[row["operator_id"]] += 1
            seen["given" if hand == 1 else "changed_hands"] += 1
        if (
            hand > 1
            and (night.as_of - row["since"]).days < night.operator_hands_days
            and row["operator_id"] not in feeds
        ):
            changes[group] += 1
    assert not changes or max(changes.values()) <= night.operator_hands_at_most, changes
    load = {row["operator_id"]: row for row in held.tables["operator_load"]}
    assert load.keys() >= operators.keys()
    groups, people = Counter(), Counter()
    for row in held.tables["groups"]:
        if row["operator_id"]:
            groups[row["operator_id"]] += 1
            people[row["operator_id"]] += row["inside"]
    for operator, row in load.items():
        known = operators.get(operator, {"max_groups": None, "max_people": None, "active": True})
        most_groups = night.operator_most_groups if known["max_groups"] is None else known["max_groups"]
        most_people = night.operator_most_people if known["max_people"] is None else known["max_people"]
        assert (row["groups"], row["people"]) == (groups[operator], people[operator])
        assert (row["most_groups"], row["most_people"]) == (most_groups, most_people)
        assert row["is_over_limit"] == (row["groups"] > most_groups or row["people"] > most_people)
        seen["over_limit"] += row["is_over_limit"]
        if given[operator] and operator not in feeds:
            assert known["active"] is not False
            assert row["groups"] <= most_groups, (operator, row)


def _routes(held: Held, seen: Counter[str]) -> None:
    """A code that is shown is of a group that fits the stratum, takes people and is below its target."""
    shown = {row["group_id"]: row for row in held.tables["groups"]}
    assert len({row["stratum"] for row in held.tables["entry_routes"]}) == len(held.tables["entry_routes"])
    for row in held.tables["entry_routes"]:
        if row["group_id"] is None:
            assert row["free_places"] == 0
            seen["no_route_open"] += 1
            continue
        group = shown[row["group_id"]]
        assert group["shows_code"] and held.fits(row, group) and group["group_kind"] == row["group_kind"]
        most = held.night.group_most_size - group["pending"]
        free = min(held.night.group_target_size, most) - group["inside"]
        assert 0 < row["free_places"] <= free, (row, group)
        assert row["operator_id"] == group["operator_id"]
        seen["routes"] += 1


def _staffing(held: Held, seen: Counter[str]) -> None:
    night = held.night
    plan = {row["role"]: row for row in held.tables["staffing_plan"]}
    groups, people = len(held.tables["groups"]), sum(row["inside"] for row in held.tables["groups"])
    service = max(-(-groups // night.operator_most_groups), -(-people // night.operator_most_people))
    active = sum(row["active"] is not False for row in night.feeds["operators"])
    units = {"service": (service, Fraction(3, 2)), "lead": (groups, 1), "assistant": (-(-groups // 100), 1)}
    units |= {"community": (-(-service // 20), 1), "design": (-(-service // 50), 1), "planning": (-(-service // 50), 1)}
    assert plan.keys() == units.keys()
    for role, (needed, shifts) in units.items():
        row = plan[role]
        assert (row["groups"], row["people"], row["needed"]) == (groups, people, needed), (role, row)
        assert row["needed_with_shifts"] == ceil(needed * shifts), (role, row)
        assert row["monthly_cost"] == needed * row["monthly_wage"]
        assert row["monthly_cost_with_shifts"] == row["needed_with_shifts"] * row["monthly_wage"]
        assert row["employed"] == (active if role == "service" else None)
    assert plan["service"]["missing"] == max(plan["service"]["needed_with_shifts"] - active, 0)


def _tasks(held: Held, seen: Counter[str]) -> None:
    """Nobody is to be invited whom something speaks against; who moves is in a group; every pending place is a task."""
    invitations = set()
    for row in held.tables["group_moves"]:
        seen[f"task_{row['move']}_{row['reason']}"] += 1
        key = (row["person_id"], row["group_kind"])
        if row["move"] == "remove":
            assert row["from_group_id"] and row["to_group_id"] is None
            continue
        assert key not in invitations, row
        invitations.add(key)
        if not row["is_proposal"]:
            member = held.members[key]
            assert row["to_group_id"] == member["group_id"], (row, member)
            # where nobody can be asked the night counts them as inside at once
            assert member["status"] in PENDING or (member["status"] == "joined" and held.is_new_place(member)), row
            assert member["status"] == "joined" or row["from_group_id"] == member["from_group_id"]
            assert row["person_id"] not in held.objections
            assert (row["from_group_id"] is None) == (row["move"] == "invite"), row
    planned = {key for key, row in held.members.items() if row["status"] == "planned"}
    assert planned <= invitations, planned - invitations


def _cohorts(held: Held, seen: Counter[str]) -> None:
    """A cohort changes where its date was corrected or ended, or before there was a group; never by a birth."""
    before: dict[str, Row] = {}
    for row in held.night.state["cohort_members"]:
        now = held.successors.get(row["person_id"])
        # of two who turned out to be one, the one that stayed
        if now not in before or row["person_id"] == now:
            before[now] = row
    grouped = {person for person, _ in held.members_before}
    for person, row in held.cohorts.items():
        assert not (person in held.ended and row["cohort_source"] == "milestone"), (person, row)
        earlier = before.get(person)
        if earlier and earlier["cohort"] != row["cohort"]:
            seen["cohort_changed"] += 1
            is_birth = earlier["milestone_status"] == "expected" and row["milestone_status"] == "confirmed"
            assert earlier["cohort_source"] == "milestone" or person not in grouped, (person, earlier, row)
            assert not is_birth or person not in grouped, (person, earlier, row)
