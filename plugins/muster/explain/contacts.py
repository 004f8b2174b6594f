"""What explanations say of contacts: slots with what came of them, channels, offers, and how numbers are written."""

from datetime import date
from decimal import Decimal

from muster.explain.decision import Label, Sentence, both, say
from muster.explain.facts import Facts, Row

LAST_CONTACTS = 3


def playbook_label(facts: Facts, found: Row) -> Label:
    return facts.label("playbooks", "playbook", found["playbook"])


def channel_label(facts: Facts, row: Row) -> Label:
    return facts.label("contact_channels", "channel", row["channel"])


def what_for(facts: Facts, slot: Row) -> Label:
    """A slot's playbook; other purposes than recall have none."""
    if slot["purpose"] == "recall":
        return playbook_label(facts, slot)
    return facts.label("purposes", "purpose", slot["purpose"])


def chat_offer(facts: Facts, found: Row) -> Row:
    """The benefit that goes with the contact, or with the chat that a friend request may open."""
    if found["acceptance"] is None:
        return facts.row("benefits", "offer", found["offer"])
    key = (found["playbook"], found["value_tier"])
    steps = {(row["playbook"], row["value_tier"]): row["offer"] for row in facts.policy["benefit_ladder"]}
    return facts.row("benefits", "offer", steps.get(key, "none"))


def was_held_out(facts: Facts, day: date) -> bool:
    return any(row["is_held_out"] and row["period"] == quarter(day) for row in facts.recall.holdouts)


def quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def has_come(facts: Facts, slot: Row) -> bool:
    """Whether it counts as a contact: the feed says so, or its day has come and nobody has denied it."""
    return slot["status"] != "cancelled" and (slot["status"] != "planned" or slot["planned_date"] <= facts.as_of_date)


def day_of(slot: Row) -> date:
    return slot["sent_on"] or slot["planned_date"]


def slots_of(facts: Facts) -> list[Sentence]:
    """Slots that were taken back, and the last contacts with their results, the newest first."""
    slots = facts.recall.slots
    cancelled = [
        say("recall_cancelled", date=slot["planned_date"], channel=channel_label(facts, slot),
            reason=(slot["reason_en"], slot["reason_zh"]))
        for slot in slots if slot["status"] == "cancelled"
    ]  # fmt: skip
    happened = [
        say("recall_contact", date=day_of(slot), channel=channel_label(facts, slot), attempt=slot["attempt"],
            playbook=what_for(facts, slot), result=_result(facts, slot))
        for slot in slots if has_come(facts, slot)
    ]  # fmt: skip
    return [*cancelled[:LAST_CONTACTS], *happened[:LAST_CONTACTS]]


def _result(facts: Facts, slot: Row) -> Label:
    if slot["result"]:
        return facts.label("contact_results", "result", slot["result"])
    return both(f"recall_{slot['status']}")


def percent(share: Decimal) -> str:
    return plain(100 * share)


def plain(number: Decimal) -> str:
    """Without the zeros that its type adds: 4.0000 is 4, 0.6000 is 0.6."""
    return f"{Decimal(number).normalize():f}"
