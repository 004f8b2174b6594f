"""Nights of contacts over shops in memory, and what must hold in every one of them, found without SQL."""

import copy
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from scipy.stats import binomtest

from support.compiled import CompiledShop, Row
from support.plain.allocation import allocate
from support.plain.candidates import Candidate, candidates_of, members_of
from support.plain.requests import Invitation, Request, invitations_of
from support.plain.slots import (
    ContactNight,
    accounts_of_day,
    cancellations,
    contacts_of_persons,
    friends_of,
    open_days,
    operators_at_work,
    plan_days,
    slots_of,
    unlisted,
)
from support.random_contact_policy import CHANNELS
from support.random_contacts import ContactShop

TABLES = (
    "recall_candidates", "contact_schedule", "holdout_members", "int_contact_plan", "int_ledger_events",
    "int_invitations",
)  # fmt: skip
CENT = Decimal("0.01")
Tables = dict[str, list[Row]]
# what must come up among many shops, so that nothing holds for want of a case
CANCELLED = {
    f"cancelled_{reason}"
    for reason in (
        "bought",
        "opt_out",
        "deleted",
        "duplicate_person",
        "not_friend",
        "no_handle",
        "person_cap",
        "joined",
        "no_longer_planned",
    )
}
SLOTS = {f"{purpose}_by_{channel}" for purpose in ("recall", "invitation") for channel in CHANNELS}


def run_night(compiled: CompiledShop, night: ContactNight, tables: Sequence[str] = TABLES) -> Tables:
    compiled.as_of(night.as_of, **{k: v for k, v in night.parameters.items() if k != "contact_horizon_days"})
    compiled.fill(**{name: [{**row, "source_file": f"{name}/1"} for row in rows] for name, rows in night.feeds.items()})
    compiled.give(**night.tables)
    compiled.remember(night.ledger, holdout_members=night.members)
    return {name: compiled.build(name) for name in tables}


@dataclass
class Seen:
    """What came up, so that nothing holds for want of a case. drawn: (person, quarter) -> percent, is held out.

    policies, shops: hashes of the nights' parameters and policy tables, and of their people.
    """

    counts: Counter[str] = field(default_factory=Counter)
    drawn: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)
    policies: set[int] = field(default_factory=set)
    shops: set[int] = field(default_factory=set)


def nights_of(compiled: CompiledShop, seed: int, horizon: int, seen: Seen, nights: int | None = None) -> None:
    """Two to four nights of the seed's shop, the second of which runs again, also after arrivals and a rollback."""
    shop = ContactShop(seed, horizon)
    for number in range(nights or shop.draw.choice((2, 2, 3, 4))):
        before = copy.deepcopy(shop.members)
        tables = _checked_night(compiled, shop, "1", seen)
        if number == 1 and shop.draw.random() < 0.5:
            again = run_night(compiled, shop.night)
            for name in ("recall_candidates", "contact_schedule", "holdout_members"):
                assert _sorted(again[name]) == _sorted(tables[name]), name
            assert {row["event"] for row in again["int_ledger_events"]} == {"closed"}
            seen.counts["runs_again"] += 1
        elif number == 1:
            kept = _handed_out(shop.night, tables)
            shop.arrive(5)
            tables = _checked_night(compiled, shop, "2", seen)
            assert _handed_out(shop.night, tables) == kept
            seen.counts["arrivals"] += 1
        # after a rollback the state is that of the night before; what was handed out stays handed out
        shop.members = before if number == 2 else _members(tables)
        shop.morning(shop.draw.choice((1, 1, 1, 2, 6)))


def _checked_night(compiled: CompiledShop, shop: ContactShop, run: str, seen: Seen) -> Tables:
    tables = run_night(compiled, shop.night)
    check(shop.night, tables, seen.counts)
    shop.hand_out(tables["int_ledger_events"], run)
    for row in tables["holdout_members"]:
        if row["drawn_on"] == shop.as_of:
            seen.drawn[row["person_id"], row["period"]] = (row["holdout_percent"], row["is_held_out"])
    seen.counts["nights"] += 1
    seen.policies.add(hash(repr((shop.parameters, shop.policy))))
    seen.shops.add(hash(repr((shop.tables, shop.feeds))))
    return tables


def shares_hold(seen: Seen) -> None:
    """Of all who were drawn, as many are held out as the policy's percent lets expect, but for a chance of 1e-6."""
    by_percent: dict[int, list[bool]] = defaultdict(list)
    for percent, is_held_out in seen.drawn.values():
        by_percent[percent].append(is_held_out)
    for percent, held in by_percent.items():
        assert binomtest(sum(held), len(held), percent / 100).pvalue > 1e-6, (percent, sum(held), len(held))


def check(night: ContactNight, tables: Tables, seen: Counter[str]) -> None:
    """Everything that a night must hold."""
    invitations = _check_invitations(night, tables)
    candidates = _check_candidates(night, tables, invitations, seen)
    requests = {one.person: one for one in (*candidates.values(), *invitations) if one.place}
    _check_allocation(night, tables, requests, seen)
    _check_schedule(night, tables, candidates, seen)
    expected = {(row["person_id"], row["period"]): row for row in members_of(night)}
    found = {(row["person_id"], row["period"]): row for row in tables["holdout_members"]}
    assert len(found) == len(tables["holdout_members"])
    assert {key: row["is_held_out"] for key, row in found.items()} == {
        key: row["is_held_out"] for key, row in expected.items()
    }


def _check_invitations(night: ContactNight, tables: Tables) -> list[Invitation]:
    """Everybody who is planned for a group and can be met, for one kind of group, by one way, from one day on."""
    invitations = invitations_of(night)
    names = ("person_id", "user_id", "group_kind", "channel", "account_id", "attempt", "next_contact_date")
    found = sorted(tuple(row[name] for name in names) for row in tables["int_invitations"])
    assert found == sorted(
        (one.person, one.user, one.playbook, one.channel, one.account, one.attempt, one.ready) for one in invitations
    )
    return invitations


def _check_candidates(
    night: ContactNight, tables: Tables, invitations: list[Invitation], seen: Counter[str]
) -> dict[str, Candidate]:
    """One row a person with a playbook, each with the reason that the contract gives it; allocates on the way."""
    rows = {row["person_id"]: row for row in tables["recall_candidates"]}
    assert len(rows) == len(tables["recall_candidates"])
    candidates = {one.person: one for one in candidates_of(night)}
    assert rows.keys() == candidates.keys()
    for person, one in candidates.items():
        row = rows[person]
        assert (row["user_id"], row["playbook"], row["value_tier"]) == (one.user, one.playbook, one.tier), person
        assert (row["channel"], row["account_id"]) == (one.channel, one.account), (person, row)
        assert row["is_held_out"] == one.held[0], person
        assert (row["attempt"], row["last_contact_date"]) == (one.attempt, one.last_contact), person
        assert (row["score"] is None) == (one.score is None), person
        if one.score is not None:
            assert abs(row["score"] - Decimal(float(one.score))) <= CENT / 2 + CENT / 10**4, person
            is_below = row["score"] < night.min_contact_value
            assert row["is_test"] == (is_below and one.is_tested_below_value), person
            if one.excluded is None and one.open_slot is None and is_below and not row["is_test"]:
                one.excluded = "below_value"
            seen["tests"] += row["is_test"] and row["decision"] == "include"
        if one.excluded is None:
            assert row["next_contact_date"] == one.ready, person
    allocate(night, list(candidates.values()), invitations, {person: row["score"] for person, row in rows.items()})
    for person, one in candidates.items():
        assert rows[person]["decision"] in _decisions(one), (person, one, rows[person])
        seen[rows[person]["decision"]] += 1
    ranks = sorted(row["rank"] for row in rows.values() if row["rank"] is not None)
    assert ranks == list(range(1, 1 + sum(one.excluded is None for one in candidates.values())))
    return candidates


def _decisions(one: Candidate) -> set[str]:
    if one.excluded:
        return {f"excluded_{one.excluded}"}
    if one.open_slot or one.place:
        is_ghost = one.open_slot.row["is_ghost"] if one.open_slot else one.place[1]
        return {"holdout" if is_ghost else "include"}
    for reason in ("other_purpose", "person_cap"):
        if reason in one.deferred:
            return {f"deferred_{reason}"}
    # the account's days are full where every day of it is; else it is the channel's
    return {"deferred_channel_quota" if "channel_quota" in one.deferred else "deferred_account_quota"}


def _check_allocation(night: ContactNight, tables: Tables, requests: dict[str, Request], seen: Counter) -> None:
    """Slots and ghosts lie where a serial dictatorship puts them; limits hold; nobody has a right to envy."""
    plan = {row["person_id"]: row for row in tables["int_contact_plan"]}
    assert len(plan) == len(tables["int_contact_plan"])
    assert {person: (row["purpose"], row["planned_date"], row["is_ghost"]) for person, row in plan.items()} == {
        person: (one.purpose, *one.place) for person, one in requests.items()
    }
    chats, adds, channels = Counter(), Counter(), Counter()
    quotas = {row["channel"]: row for row in night.tables["contact_channels"]}
    closing = plan_days(night)[: night.contact_closed_days]
    for person, row in plan.items():
        one, day = requests[person], row["planned_date"]
        seen["ghosts" if row["is_ghost"] else row["channel"]] += 1
        seen[f"{one.purpose}_by_{row['channel']}"] += 1
        assert one.open_slot is None
        assert (row["playbook"], row["attempt"], row["user_id"]) == (one.playbook, one.attempt, one.user), person
        assert day in open_days(night) and row["is_closing"] == (day in closing)
        assert row["account_id"] == one.account, person
        assert row["period"] == f"{day.year}Q{(day.month + 2) // 3}"
        channel, hours = quotas[row["channel"]], (int(row["window_start"][:2]), int(row["window_end"][:2]))
        assert channel["first_hour"] <= hours[0] < hours[1] <= channel["last_hour"], row
        if channel["needs"] == "phone":
            working = operators_at_work(night, day)
            assert row["operator_id"] in working if working else row["operator_id"] is None
        elif channel["needs"] == "friend":
            assert row["account_id"] in friends_of(night, person)
        if not row["is_ghost"]:
            channels[row["channel"], day] += 1
            if channel["needs"] != "phone":
                (chats if channel["needs"] == "friend" else adds)[row["account_id"], day] += 1
    for (channel, _), used in channels.items():
        assert used <= quotas[channel]["daily_quota"]
    for number, used_by in enumerate((chats, adds)):
        for (account, day), used in used_by.items():
            assert used <= accounts_of_day(night, day)[account][number]


def _check_schedule(night: ContactNight, tables: Tables, candidates: dict[str, Candidate], seen: Counter) -> None:
    """contact_schedule: slots that stay and tonight's, no ghost, nobody twice; persons' limits; the cancelled."""
    taken_back = cancellations(night)
    cancelled = {
        row["schedule_id"]: row["reason_code"] for row in tables["int_ledger_events"] if row["event"] == "cancelled"
    }
    assert cancelled == {slot: reason for slot, reason in taken_back.items() if reason}
    (closed,) = (row["planned_date"] for row in tables["int_ledger_events"] if row["event"] == "closed")
    assert closed == plan_days(night)[: night.contact_closed_days][-1]
    seen.update(f"cancelled_{reason}" for reason in cancelled.values())
    slots, off = {slot.schedule_id: slot for slot in slots_of(night)}, unlisted(night)
    ahead = {
        slot.schedule_id: slot for slot in slots.values()
        if slot.schedule_id in taken_back and taken_back[slot.schedule_id] is None
    }  # fmt: skip
    rows = tables["contact_schedule"]
    assert len({(row["person_id"], row["planned_date"], row["purpose"]) for row in rows}) == len(rows)
    planned = [row for row in rows if row["status"] == "planned" and row["planned_date"] > night.as_of]
    assert {row["schedule_id"] for row in planned} == {
        *(slot.schedule_id for slot in ahead.values() if not slot.row["is_ghost"]),
        *(row["schedule_id"] for row in tables["int_contact_plan"] if not row["is_ghost"]),
    }
    persons = [slots[row["schedule_id"]].person if row["schedule_id"] in slots else row["person_id"] for row in planned]
    assert len(set(persons)) == len(persons) and not off.keys() & set(persons)
    contacts = contacts_of_persons(night, list(slots.values()))
    known = [(slot.person, slot.row["planned_date"]) for slot in ahead.values() if slot.issued_on <= night.as_of]
    for person, planned_date in [*known, *((r["person_id"], r["planned_date"]) for r in tables["int_contact_plan"])]:
        days = sorted(day for day, *_ in contacts.get(person, []))
        assert not days or (planned_date - days[-1]).days >= night.person_gap_days
        window = planned_date - timedelta(days=night.person_window_days)
        assert sum(day > window for day in days) < night.person_contacts_at_most
    included = {person for person, one in candidates.items() if _decisions(one) == {"include"}}
    assert included <= set(persons)
    recalled = {
        row["person_id"] for row in tables["int_contact_plan"] if row["purpose"] == "recall" and not row["is_ghost"]
    }
    assert recalled <= included
    seen.update(row["status"] for row in rows)


def _handed_out(night: ContactNight, tables: Tables) -> list[tuple]:
    """What the schedule plans for the days that are closed."""
    closing = plan_days(night)[: night.contact_closed_days]
    names = (
        "schedule_id",
        "person_id",
        "planned_date",
        "window_start",
        "channel",
        "account_id",
        "operator_id",
        "offer",
    )
    return sorted(
        tuple(str(row[name]) for name in names)
        for row in tables["contact_schedule"]
        if row["planned_date"] in closing and row["status"] == "planned"
    )


def _members(tables: Tables) -> list[Row]:
    return [{k: v for k, v in row.items() if k != "as_of_date"} for row in tables["holdout_members"]]


def _sorted(rows: list[Row]) -> list[str]:
    return sorted(str(row) for row in rows)
