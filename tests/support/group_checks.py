"""What must hold of people and their groups on every night, read from a night's tables in loops and without SQL."""

from collections import Counter
from fractions import Fraction

from support.compiled import Row
from support.group_held import ENDED, FIXED, PENDING, Held, Key
from support.group_mart_checks import (
    check_groups_of_the_mart,
    check_hands,
    check_openings,
    check_routes,
    check_staffing,
    check_tasks,
    check_waiting,
)  # fmt: skip
from support.random_groups import BANDS


def check(held: Held, seen: Counter[str]) -> None:
    """Everything that a night must hold."""
    for look in (
        _once, _sizes, _places, _pending, _transitions, _moves_within_budget, _names, check_groups_of_the_mart,
        check_openings, check_waiting, check_hands, check_routes, check_staffing, check_tasks, _cohorts,
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
        if what == ("invited", "planned") and not held.is_new_place(row):
            assert held.was_not_sent(key, earlier["invited_on"]), (key, earlier, row)
            assert (row["invited_on"], row["invitations"]) == (None, earlier["invitations"] - 1), (key, earlier, row)
            seen["not_sent_after_all"] += 1
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
    if earlier["status"] != "joined" and row["from_group_id"] == earlier["group_id"]:
        assert held.has_come_into(key[0], earlier["group_id"]), (key, earlier, row)
        earlier = earlier | {"status": "joined", "status_since": night.as_of, "from_group_id": None}
        seen["came_and_moved_on"] += 1
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
            is_grown = now["status"] != "live" or before["status"] == "closed"
            assert is_grown or held.inside[group] >= held.night.group_least_size or _was_moved(held, group), now
            seen[f"{before['status']}_then_{now['status']}"] += 1
    known = Counter(row["feed_group_id"] for row in held.registry.values() if row["feed_group_id"])
    assert not known or max(known.values()) == 1


def _was_moved(held: Held, group: str) -> bool:
    """Whether tonight gave somebody of the group another one, after it was found to be large enough."""
    return any(
        row["group_id"] == group and key in held.members and held.is_new_place(held.members[key])
        for key, rows in held.members_before.items()
        for row in rows
    )


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
