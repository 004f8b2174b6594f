"""Everybody to whom a playbook of recall applies: whether the person may be contacted, and what that is worth."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from support.plain.requests import Request, route_of, senders_of, staying_slots
from support.plain.slots import (
    EPOCH,
    ContactNight,
    Row,
    Slot,
    contacts_of_persons,
    day_of,
    free_from,
    landed,
    later_purchases,
    plan_days,
    quarter,
    slots_of,
    unlisted,
)


def hash_share(salt: str, person: str, period: str) -> Fraction:
    return Fraction(int(hashlib.md5(f"{salt}|{person}|{period}".encode()).hexdigest()[:8], 16), 2**32)


@dataclass
class Candidate(Request):
    """A person to whom a playbook applies; open_slot is one of recall, other_slot one of another purpose."""

    excluded: str | None = None
    other_slot: Slot | None = None
    score: Fraction | None = None
    last_contact: date | None = None
    is_tested_below_value: bool = False

    purpose = "recall"


def response(night: ContactNight, playbook: Row, tier: str, of: str, weigh: str) -> Fraction:
    """Measured figures shrunk to the prior: the whole playbook's first, then the tier's to that."""
    value, weight = Fraction(playbook[f"prior_{of}"]), Fraction(playbook["prior_contacts"])
    for level in ("all", tier):
        for row in night.tables["int_measured_response"]:
            if (row["playbook"], row["value_tier"]) == (playbook["playbook"], level):
                contacted, ghosts = row["contacted"], row["ghosts"]
                if contacted > 0 and ghosts > 0:
                    people = Fraction(contacted * ghosts, contacted + ghosts) if weigh == "pairs" else Fraction(ghosts)
                    measured = Fraction(row["difference" if of == "response" else "baseline"])
                    if of == "response":  # of a chat: a share of it shows as much less of it, with as much less weight
                        share = Fraction(row["response_percent"]) / 100
                        measured, people = measured / share, people * share**2
                    value = (value * weight + measured * people) / (weight + people)
    return value


def acceptance(night: ContactNight, slots: list[Slot]) -> Fraction:
    """Of the plan's friend requests that have waited long enough, the share of those accepted, shrunk to the prior."""
    asked = [
        slot
        for slot in slots
        if slot.row["channel"] == "friend_request" and slot.counts and not slot.row["is_ghost"]
        and (night.as_of - slot.row["planned_date"]).days >= night.friend_request_wait_days
    ]  # fmt: skip
    accepted = sum(
        any(
            row["accepted_at"] and day_of(row["accepted_at"]) >= slot.issued_on
            and (night.person_of.get(row["user_id"]), row["account_id"]) == (slot.person, slot.row["account_id"])
            for row in landed(night, "friends")
        )
        for slot in asked
    )  # fmt: skip
    weight = night.friend_request_prior_requests
    return (Fraction(night.friend_request_accept_percent, 100) * weight + accepted) / (weight + len(asked))


def candidates_of(night: ContactNight) -> list[Candidate]:
    """Everybody to whom a playbook applies, before any room is given away."""
    policy = night.tables
    playbooks = {row["playbook"]: row for row in policy["playbooks"]}
    channels = {row["channel"]: row for row in policy["contact_channels"]}
    stages = {row["stage"]: row for row in policy["playbook_stages"]}
    shares = {(row["playbook"], row["value_tier"]): row["holdout_percent"] for row in policy["holdout_shares"]}
    benefits = {row["offer"]: Fraction(row["discount_percent"]) / 100 for row in policy["benefits"]}
    ladder = {(row["playbook"], row["value_tier"]): row["offer"] for row in policy["benefit_ladder"]}
    spends = {row["user_id"]: row["expected_spend_per_purchase"] for row in policy["customer_value"]}
    totals = {row["user_id"]: row for row in policy["int_customer_totals"]}
    shop_mean = _mean(
        sum((row["lifetime_monetary"] for row in totals.values()), Decimal(0)),
        sum(row["lifetime_purchases"] for row in totals.values()),
    )
    off, later, slots = unlisted(night), later_purchases(night), slots_of(night)
    staying, senders = staying_slots(night), senders_of(night)
    contacts = contacts_of_persons(night, slots)
    duplicates, accepting = _duplicates(night), acceptance(night, slots)
    members = {(row["person_id"], row["period"]): row["is_held_out"] for row in members_of(night)}
    tomorrow = night.as_of + timedelta(days=1)

    rows_of: dict[str, list[Row]] = {}
    for row in policy["customers"]:
        rows_of.setdefault(row["person_id"], []).append(row)
    found = []
    for person, rows in rows_of.items():
        by_value = sorted(rows, key=lambda row: (-row["lifetime_monetary"], row["user_id"]))
        speaker = max(by_value, key=lambda row: row["last_purchase_date"] or EPOCH)
        stage = stages.get(speaker["stage"])
        if stage is None:
            continue
        playbook, tier = playbooks[stage["playbook"]], by_value[0]["value_tier"] or "none"
        one = Candidate(person, speaker["user_id"], playbook["playbook"], tier)
        since = speaker["last_purchase_date"] or EPOCH
        wanted = sorted(
            (row["preference"], row["channel"])
            for row in policy["playbook_channels"]
            if row["playbook"] == one.playbook
        )
        one.channel, one.account = route_of(night, person, [channel for _, channel in wanted], senders)
        if one.channel:
            spend, total = spends.get(one.user), totals.get(one.user)
            own = _mean(total["lifetime_monetary"], total["lifetime_purchases"]) if total else None
            value = Fraction(next((v for v in (spend, own, shop_mean) if v is not None), 0))
            discount = benefits[ladder.get((one.playbook, tier), "none")]
            talk = channels["wecom" if one.channel == "friend_request" else one.channel]
            expected = response(night, playbook, tier, "response", "pairs")
            expected *= Fraction(talk["response_percent"]) / 100
            baseline = response(night, playbook, tier, "baseline", "ghosts")
            margin = Fraction(night.margin_percent, 100)
            one.score = expected * (margin - discount) * value - baseline * discount * value - Fraction(talk["cost"])
            if one.channel == "friend_request":
                one.score = accepting * max(one.score, 0) - Fraction(channels[one.channel]["cost"])
        made = contacts.get(person, [])
        attempts = [
            row for row in made if row[1] == "recall" and (row[2] or one.playbook) == one.playbook and row[0] > since
        ]
        recalls = [row[0] for row in made if row[1] == "recall"]
        one.last_contact = max((row[0] for row in made), default=None)
        starts = speaker["last_purchase_date"] or speaker["registered_date"] or EPOCH
        one.ready = max(tomorrow, starts + timedelta(days=stage["wait_days"]), free_from(night, made))
        one.attempt = len(attempts) + 1
        slot = staying.get(person)
        if slot:
            is_own = slot.row["purpose"] == "recall"
            one.open_slot, one.other_slot = (slot, None) if is_own else (None, slot)
        periods = sorted({quarter(day) for day in plan_days(night)} | {quarter(night.as_of)})
        is_drawn = shares[one.playbook, tier] > 0
        share = hash_share("below_value", person, quarter(night.as_of))
        one.is_tested_below_value = is_drawn and share * 100 < night.below_value_test_percent
        one.held = (
            is_drawn and members.get((person, quarter(night.as_of)), False),
            is_drawn and any(held for (who, period), held in members.items() if who == person and period > periods[0]),
        )
        if person in off:
            one.excluded = off[person]
        elif person in later:
            one.excluded = "bought"
        elif one.open_slot:
            pass
        elif any(row[3] for row in attempts) or len(attempts) >= playbook["max_attempts"]:
            one.excluded = "max_attempts"
        elif recalls and (tomorrow - max(recalls)).days < playbook["retry_after_days"]:
            one.excluded = "recently_contacted"
        elif person in duplicates:
            one.excluded = "duplicate_person"
        elif one.channel is None:
            one.excluded = "no_handle"
        found.append(one)
    return found


def members_of(night: ContactNight) -> list[Row]:
    """The control groups after tonight: kept from earlier nights, or drawn for the quarters that the plan reaches."""
    policy = night.tables
    oldest = quarter(night.as_of - timedelta(days=100))
    found = {(row["person_id"], row["period"]): row for row in night.members if row["period"] >= oldest}
    stages = {row["stage"]: row["playbook"] for row in policy["playbook_stages"]}
    shares = {(row["playbook"], row["value_tier"]): row["holdout_percent"] for row in policy["holdout_shares"]}
    rows_of: dict[str, list[Row]] = {}
    for row in policy["customers"]:
        rows_of.setdefault(row["person_id"], []).append(row)
    for person, rows in rows_of.items():
        by_value = sorted(rows, key=lambda row: (-row["lifetime_monetary"], row["user_id"]))
        playbook = stages.get(max(by_value, key=lambda row: row["last_purchase_date"] or EPOCH)["stage"])
        tier = by_value[0]["value_tier"] or "none"
        percent = shares.get((playbook, tier), 0)
        if percent == 0:
            continue
        for period in {quarter(day) for day in plan_days(night)}:
            if (person, period) not in found:
                held = hash_share("holdout", person, period) * 100 < percent
                found[person, period] = {
                    "person_id": person, "period": period, "playbook": playbook, "value_tier": tier,
                    "holdout_percent": percent, "is_held_out": held, "drawn_on": night.as_of,
                }  # fmt: skip
    return list(found.values())


def _mean(total: Decimal, purchases: int) -> Decimal | None:
    if not purchases:
        return None
    return (max(total, Decimal(0)) / purchases).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _duplicates(night: ContactNight) -> set[str]:
    """Who shares a crowded handle with somebody of a smaller id."""
    on_handle: dict[str, set[str]] = {}
    for row in night.tables["int_handles"]:
        if row["is_crowded"] and row["user_id"] in night.person_of:
            on_handle.setdefault(row["handle_hash"], set()).add(night.person_of[row["user_id"]])
    return {person for persons in on_handle.values() for person in persons if person != min(persons)}
