"""What was decided about a contact, by the reason: functions (Facts, candidate) -> why, and what would change it."""

from datetime import timedelta
from decimal import ROUND_UP, Decimal

from muster.explain.contacts import (
    channel_label,
    chat_offer,
    day_of,
    has_come,
    plain,
    playbook_label,
    quarter,
    was_held_out,
    what_for,
)
from muster.explain.decision import Sentence, say
from muster.explain.facts import Facts, Row


def _included(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    slot = next(slot for slot in facts.recall.slots if slot["schedule_id"] == found["schedule_id"])
    who = say("recall_by_account" if slot["account_id"] else "recall_by_no_account",
              account=slot["account_id"], operator=slot["operator_id"] or "-")  # fmt: skip
    playbook = facts.row("playbooks", "playbook", found["playbook"])
    because = [
        say("recall_slot", date=slot["planned_date"], start=slot["window_start"], end=slot["window_end"],
            channel=channel_label(facts, slot), who=(who.text("en"), who.text("zh")),
            script=facts.label("scripts", "script_key", slot["script_key"]), attempt=slot["attempt"],
            most=playbook["max_attempts"]),
    ]  # fmt: skip
    if slot["issued_on"]:
        return [*because, say("recall_issued", date=slot["issued_on"])], [say("recall_cancels")]
    fixed = slot["planned_date"] - timedelta(days=facts.parameter("contact_closed_days"))
    return [*because, say("recall_open", date=fixed)], [say("recall_cancels")]


def _held_out(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    day = found["planned_date"]
    period = quarter(day)
    member = next(row for row in facts.recall.holdouts if row["period"] == period)
    because = [
        say("recall_held_out", period=period, percent=member["holdout_percent"], playbook=facts.label(
            "playbooks", "playbook", member["playbook"]), drawn=member["drawn_on"]),
        say("recall_withheld", date=day, channel=channel_label(facts, found)),
    ]  # fmt: skip
    return because, [say("recall_next_period", period=period)]


def _suppressed(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    return [say(f"recall_{found['reason']}")], [say("recall_suppression_ends")]


def _unlisted(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    return [say(f"recall_{found['reason']}")], []


def _bought(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    return [say("recall_bought", date=facts.as_of_date)], [say("recall_bought_next")]


def _attempts(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    done, most = found["attempt"] - 1, facts.row("playbooks", "playbook", found["playbook"])["max_attempts"]
    known = {"attempts": done, "most": most, "playbook": playbook_label(facts, found)}
    if done >= most:
        return [say("recall_attempts", **known)], [say("recall_purchase_restarts")]
    ending = [row for row in facts.policy["contact_results"] if row["ends_attempts"]]
    answers = (", ".join(row["label_en"] for row in ending), "、".join(row["label_zh"] for row in ending))
    return [say("recall_ended", **known, answers=answers)], [say("recall_purchase_restarts")]


def _recently(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    """Recall waits after its own last contact, which one for another purpose may have followed."""
    last, after = found["last_contact_date"], facts.row("playbooks", "playbook", found["playbook"])["retry_after_days"]
    known = {"days": after, "playbook": playbook_label(facts, found)}
    came = [slot for slot in facts.recall.slots if has_come(facts, slot)]
    own = next((slot for slot in came if slot["purpose"] == "recall"), None)
    if any(slot["purpose"] != "recall" and day_of(slot) == last for slot in came):
        if own is None:
            return [say("recall_recent_before", date=last, **known)], []
        last = day_of(own)
    if own and day_of(own) == last:
        said = say("recall_recent_slot", date=last, channel=channel_label(facts, own), **known)
    else:
        kind = "recall_recent_withheld" if was_held_out(facts, last) else "recall_recent"
        said = say(kind, date=last, **known)
    return [said], [say("recall_from", date=last + timedelta(days=after))]


def _duplicate(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    return [say("recall_duplicate", most=facts.parameter("max_handle_users"))], []


def _no_handle(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    wanted = sorted(
        (row for row in facts.policy["playbook_channels"] if row["playbook"] == found["playbook"]),
        key=lambda row: row["preference"],
    )
    labels = [channel_label(facts, row) for row in wanted]
    channels = (", ".join(en for en, _ in labels), "、".join(zh for _, zh in labels))
    return [say("recall_no_handle", channels=channels)], []


def _below(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    least = plain(facts.parameters["min_contact_value"])
    channel = facts.row("contact_channels", "channel", found["channel"])
    offer, cost, share = chat_offer(facts, found), channel["cost"], Decimal(1)
    if found["acceptance"] is not None:
        share = found["acceptance"]
        cost += share * facts.row("contact_channels", "channel", "wecom")["cost"]
    discount = Decimal(offer["discount_percent"]) / 100
    margin = facts.parameters["margin_percent"] / 100
    per_unit = found["response"] * (margin - discount) - share * found["baseline"] * discount
    because = [say("recall_below", score=found["score"], least=least)]
    if per_unit <= 0:
        return because, [say("recall_never_worth", offer=(offer["label_en"], offer["label_zh"]))]
    enough = ((Decimal(least) + cost) / per_unit).quantize(Decimal("0.01"), ROUND_UP)
    return because, [say("recall_worth_from", order=enough, currency=facts.currency)]


def _full_account(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    days = facts.parameter("contact_horizon_days")
    known = {"ahead": facts.recall.ahead, "days": days, "channel": channel_label(facts, found)}
    if facts.row("contact_channels", "channel", found["channel"])["needs"] == "friend":
        because = say("recall_full_account", **known, account=found["account_id"])
    else:
        because = say("recall_full_accounts", **known)
    return [because, *_others_ahead(facts)], [say("recall_room")]


def _full_channel(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    quota = facts.row("contact_channels", "channel", found["channel"])["daily_quota"]
    days = facts.parameter("contact_horizon_days")
    because = [
        say(
            "recall_full_channel", ahead=facts.recall.ahead, days=days, channel=channel_label(facts, found), quota=quota
        )
    ]
    return [*because, *_others_ahead(facts)], [say("recall_room")]


def _others_ahead(facts: Facts) -> list[Sentence]:
    return [say("recall_others_ahead", others=facts.recall.others)] if facts.recall.others else []


def _capped(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    last = found["last_contact_date"]
    because = [
        *([say("recall_ghosts_count", period=quarter(last))] if last and was_held_out(facts, last) else []),
        say("recall_capped", last=last or "-", gap=facts.parameter("person_gap_days"),
            most=facts.parameter("person_contacts_at_most"), window=facts.parameter("person_window_days"),
            next=found["next_contact_date"], days=facts.parameter("contact_horizon_days")),
    ]  # fmt: skip
    return because, [say("recall_from", date=found["next_contact_date"])]


def _other_purpose(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    ahead = [
        slot for slot in facts.recall.slots
        if slot["status"] == "planned" and slot["purpose"] != "recall" and not has_come(facts, slot)
    ]  # fmt: skip
    said = [say("recall_met_first", purpose=what_for(facts, slot), date=slot["planned_date"]) for slot in ahead[:1]]
    return said or [say("recall_asked_first")], [say("recall_after_that")]


OUTCOMES = {
    "scheduled": _included,
    "held_out": _held_out,
    "do_not_contact": _unlisted,
    "blacklist": _suppressed,
    "opt_out": _suppressed,
    "complaint": _suppressed,
    "erasure": _suppressed,
    "deleted": _unlisted,
    "staff": _unlisted,
    "bought": _bought,
    "max_attempts": _attempts,
    "recently_contacted": _recently,
    "duplicate_person": _duplicate,
    "no_handle": _no_handle,
    "below_value": _below,
    "account_quota": _full_account,
    "channel_quota": _full_channel,
    "person_cap": _capped,
    "other_purpose": _other_purpose,
}
