"""What must hold of groups, of who waits, and of who runs them, on every night, without SQL."""

from collections import Counter, defaultdict
from fractions import Fraction
from math import ceil

from support.compiled import Row
from support.group_held import FIXED, PARTS, PENDING, Held, Key


def check_groups_of_the_mart(held: Held, seen: Counter[str]) -> None:
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


def check_openings(held: Held, seen: Counter[str]) -> None:
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
        # the accounts may be able to invite fewer, and a next wave may be that of a group that was there before
        assert len(rows) <= can_open, (key, len(rows), can_open, len(people))
        if not held.night.feeds["accounts"] and not held.night.feeds["friends"]:
            without = [one for one in people if held.assignments[one]["reason"] != "next_wave"]
            least = held.groups_for(len(without), rows[0]["group_kind"])
            assert len(rows) >= least, (key, len(rows), least, len(people))
    _check_capacity(held, [row for rows in strata.values() for row in rows])


def _check_capacity(held: Held, opened: list[Row]) -> None:
    """What the new groups need the accounts can send, besides what the groups that were there before need."""
    (knowledge,) = held.tables["int_group_knowledge"]
    if opened and knowledge["has_accounts"]:
        needed = sum(ceil(row["planned_size"] / held.acceptance[row["group_kind"]]) for row in opened)
        promised = sum(row["invitations"] + row["pending"] for row in held.tables["int_group_rooms"])
        assert needed <= knowledge["invitations"] - promised, (needed, promised, knowledge)


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


def check_waiting(held: Held, seen: Counter[str]) -> None:
    """Who waits because too few do fits nowhere: no group with room, no stratum with enough people."""
    night = held.night
    waiting = {key: row for key, row in held.assignments.items() if row["status"] == "waiting"}
    queue = {key: row for key, row in waiting.items() if row["reason"] == "too_few"}
    for key, row in queue.items():
        assert row["missing"] is None or row["missing"] > 0, (key, row)
        for group_id in held.takes_people:
            group = held.registry[group_id]
            if group["group_kind"] == key[1] and held.fits(row, group):
                inside, pending = held.inside[group_id] + held.vacated[group_id], held.pending[group_id]
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


def check_hands(held: Held, seen: Counter[str]) -> None:
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
            assert row["groups"] <= most_groups and row["people"] <= most_people, (operator, row)


def check_routes(held: Held, seen: Counter[str]) -> None:
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


def check_staffing(held: Held, seen: Counter[str]) -> None:
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


def check_tasks(held: Held, seen: Counter[str]) -> None:
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
