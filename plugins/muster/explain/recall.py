"""Whether, when and with what this person is contacted, and why."""

from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from typing import Any

from muster.explain.decision import Decision, Sentence, say
from muster.explain.facts import Facts, Row

LAST_CONTACTS = 3
SOURCES = [
    "marts.recall_candidates", "marts.contact_schedule", "state.holdout_members", "policy.playbooks",
    "policy.contact_channels", "policy.benefits",
]  # fmt: skip
Label = tuple[str, str]


def explain(facts: Facts) -> Decision:
    """The playbook, the score as its sum, what was decided, and the contacts before; None without a playbook."""
    if facts.recall is None:
        return Decision("contact", None, _text("recall_unknown"), [say("recall_older")], [], ["manifest.json"])
    found = facts.recall.candidate
    if found is None:
        stage = facts.label("lifecycle_stages", "stage", facts.recall.speaker["stage"])
        because = [*_speaker(facts), say("recall_no_playbook", stage=stage), *_slots(facts)]
        return Decision("contact", None, _text("recall_none"), because, [], SOURCES)
    outcome, would_change = _OUTCOMES[found["reason"]](facts, found)
    kind = found["decision"].partition("_")[0]
    label = _text(f"recall_{kind}", reason=(found["reason_en"], found["reason_zh"]))
    because = [*_speaker(facts), _playbook(facts, found), *_score(facts, found), *outcome, *_slots(facts)]
    return Decision("contact", found["decision"], label, because, would_change, SOURCES)


def _text(name: str, **values: Any) -> Label:
    sentence = say(name, **values)
    return sentence.text("en"), sentence.text("zh")


def _speaker(facts: Facts) -> list[Sentence]:
    speaker = facts.recall.speaker["user_id"]
    return [] if speaker == facts.customer["user_id"] else [say("recall_speaker", user=speaker)]


def _playbook_label(facts: Facts, found: Row) -> Label:
    return facts.label("playbooks", "playbook", found["playbook"])


def _channel(facts: Facts, row: Row) -> Label:
    return facts.label("contact_channels", "channel", row["channel"])


def _tier(facts: Facts, found: Row) -> Label:
    if found["value_tier"] == "none":
        return _text("recall_no_tier")
    return facts.label("value_tiers", "value_tier", found["value_tier"])


def _playbook(facts: Facts, found: Row) -> Sentence:
    stage = facts.label("lifecycle_stages", "stage", found["stage"])
    return say("recall_playbook", playbook=_playbook_label(facts, found), stage=stage, tier=_tier(facts, found))


def _score(facts: Facts, found: Row) -> list[Sentence]:
    if found["score"] is None:
        return []
    sentences = [
        *(_measured(facts, found) if found["score_source"] == "measured" else [_prior(facts, found)]),
        *(_sum(facts, found) if found["acceptance"] is None else _request_sum(facts, found)),
    ]
    if found["is_test"]:
        sentences.append(
            say("recall_test", least=_plain(facts.parameters["min_contact_value"]),
                percent=facts.parameter("below_value_test_percent"))
        )  # fmt: skip
    if found["rank"] is not None:
        sentences.append(say("recall_rank", rank=found["rank"], candidates=facts.recall.ranked))
    return sentences


def _sum(facts: Facts, found: Row) -> list[Sentence]:
    channel = facts.row("contact_channels", "channel", found["channel"])
    offer = facts.row("benefits", "offer", found["offer"])
    return [
        say("recall_response", response=_percent(found["response"]), factor=channel["response_percent"],
            channel=_channel(facts, found), baseline=_percent(found["baseline"])),
        say("recall_offer", offer=(offer["label_en"], offer["label_zh"]), discount=offer["discount_percent"],
            order=found["order_value"], currency=facts.currency, cost=_plain(channel["cost"])),
        say("recall_sum", response=_percent(found["response"]), margin=_plain(facts.parameters["margin_percent"]),
            discount=offer["discount_percent"], order=found["order_value"], baseline=_percent(found["baseline"]),
            cost=_plain(channel["cost"]), score=found["score"], currency=facts.currency),
    ]  # fmt: skip


def _chat_offer(facts: Facts, found: Row) -> Row:
    """The benefit that goes with the contact, or with the chat that a friend request may open."""
    if found["acceptance"] is None:
        return facts.row("benefits", "offer", found["offer"])
    key = (found["playbook"], found["value_tier"])
    steps = {(row["playbook"], row["value_tier"]): row["offer"] for row in facts.policy["benefit_ladder"]}
    return facts.row("benefits", "offer", steps.get(key, "none"))


def _request_sum(facts: Facts, found: Row) -> list[Sentence]:
    """A friend request: what the chat would bring that it may open."""
    channel = facts.row("contact_channels", "channel", found["channel"])
    chat, offer = facts.row("contact_channels", "channel", "wecom"), _chat_offer(facts, found)
    accepted = {"acceptance": _percent(found["acceptance"]), "cost": _plain(channel["cost"])}
    sentences = [
        say("recall_acceptance", **accepted, response=_percent(found["response"]),
            baseline=_percent(found["baseline"])),
        say("recall_offer", offer=(offer["label_en"], offer["label_zh"]), discount=offer["discount_percent"],
            order=found["order_value"], currency=facts.currency, cost=_plain(chat["cost"])),
    ]  # fmt: skip
    if found["score"] <= -channel["cost"]:
        return [*sentences, say("recall_no_chat", score=found["score"], currency=facts.currency)]
    return [
        *sentences,
        say("recall_request_sum", **accepted, response=_percent(found["response"]), chat=_plain(chat["cost"]),
            margin=_plain(facts.parameters["margin_percent"]), discount=offer["discount_percent"],
            order=found["order_value"], baseline=_percent(found["baseline"]), score=found["score"],
            currency=facts.currency),
    ]  # fmt: skip


def _prior(facts: Facts, found: Row) -> Sentence:
    prior = facts.row("playbooks", "playbook", found["playbook"])
    return say(
        "recall_prior", response=_percent(prior["prior_response"]), baseline=_percent(prior["prior_baseline"]),
        playbook=_playbook_label(facts, found),
    )  # fmt: skip


def _measured(facts: Facts, found: Row) -> list[Sentence]:
    """The playbook's lift, then the tier's: what each adds to the prior."""
    prior = facts.row("playbooks", "playbook", found["playbook"])
    groups = {"all": _text("recall_all_tiers"), found["value_tier"]: _tier(facts, found)}
    sentences = []
    for tier, label in groups.items():
        lift = [row for row in facts.recall.lift if row["value_tier"] == tier]
        contacted, ghosts = sum(row["compared"] for row in lift), sum(row["ghosts"] for row in lift)
        if not contacted or not ghosts:
            continue
        difference = sum(row["compared"] * row["rate_difference"] for row in lift) / contacted
        sentences.append(
            say("recall_measured", tier=label, contacted=contacted, ghosts=ghosts, periods=len(lift),
                pairs=round(contacted * ghosts / (contacted + ghosts)), difference=f"{100 * difference:+.2f}")
        )  # fmt: skip
        factor = sum(row["compared"] * row["response_percent"] for row in lift) / contacted
        if factor != 100:
            sentences.append(say("recall_measured_by", factor=f"{factor:.0f}"))
    return [
        *sentences,
        say("recall_shrunk", prior=_percent(prior["prior_response"]), weight=prior["prior_contacts"]),
    ]


def _included(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    slot = next(slot for slot in facts.recall.slots if slot["schedule_id"] == found["schedule_id"])
    who = say("recall_by_account" if slot["account_id"] else "recall_by_no_account",
              account=slot["account_id"], operator=slot["operator_id"] or "-")  # fmt: skip
    playbook = facts.row("playbooks", "playbook", found["playbook"])
    because = [
        say("recall_slot", date=slot["planned_date"], start=slot["window_start"], end=slot["window_end"],
            channel=_channel(facts, slot), who=(who.text("en"), who.text("zh")),
            script=facts.label("scripts", "script_key", slot["script_key"]), attempt=slot["attempt"],
            most=playbook["max_attempts"]),
    ]  # fmt: skip
    if slot["issued_on"]:
        return [*because, say("recall_issued", date=slot["issued_on"])], [say("recall_cancels")]
    fixed = slot["planned_date"] - timedelta(days=facts.parameter("contact_closed_days"))
    return [*because, say("recall_open", date=fixed)], [say("recall_cancels")]


def _held_out(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    day = found["planned_date"]
    period = _quarter(day)
    member = next(row for row in facts.recall.holdouts if row["period"] == period)
    because = [
        say("recall_held_out", period=period, percent=member["holdout_percent"], playbook=facts.label(
            "playbooks", "playbook", member["playbook"]), drawn=member["drawn_on"]),
        say("recall_withheld", date=day, channel=_channel(facts, found)),
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
    known = {"attempts": done, "most": most, "playbook": _playbook_label(facts, found)}
    if done >= most:
        return [say("recall_attempts", **known)], [say("recall_purchase_restarts")]
    ending = [row for row in facts.policy["contact_results"] if row["ends_attempts"]]
    answers = (", ".join(row["label_en"] for row in ending), "、".join(row["label_zh"] for row in ending))
    return [say("recall_ended", **known, answers=answers)], [say("recall_purchase_restarts")]


def _recently(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    last, after = found["last_contact_date"], facts.row("playbooks", "playbook", found["playbook"])["retry_after_days"]
    known = {"date": last, "days": after, "playbook": _playbook_label(facts, found)}
    slot = next((slot for slot in facts.recall.slots if _has_come(facts, slot) and _day(slot) == last), None)
    if slot:
        said = say("recall_recent_slot", **known, channel=_channel(facts, slot))
    else:
        said = say("recall_recent_withheld" if _was_held_out(facts, last) else "recall_recent", **known)
    return [said], [say("recall_from", date=last + timedelta(days=after))]


def _was_held_out(facts: Facts, day: date) -> bool:
    return any(row["is_held_out"] and row["period"] == _quarter(day) for row in facts.recall.holdouts)


def _quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def _duplicate(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    return [say("recall_duplicate", most=facts.parameter("max_handle_users"))], []


def _no_handle(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    wanted = sorted(
        (row for row in facts.policy["playbook_channels"] if row["playbook"] == found["playbook"]),
        key=lambda row: row["preference"],
    )
    labels = [_channel(facts, row) for row in wanted]
    channels = (", ".join(en for en, _ in labels), "、".join(zh for _, zh in labels))
    return [say("recall_no_handle", channels=channels)], []


def _below(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    least = _plain(facts.parameters["min_contact_value"])
    channel = facts.row("contact_channels", "channel", found["channel"])
    offer, cost, share = _chat_offer(facts, found), channel["cost"], Decimal(1)
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
    known = {"ahead": facts.recall.ahead, "days": days, "channel": _channel(facts, found)}
    if facts.row("contact_channels", "channel", found["channel"])["needs"] == "friend":
        return [say("recall_full_account", **known, account=found["account_id"])], [say("recall_room")]
    return [say("recall_full_accounts", **known)], [say("recall_room")]


def _full_channel(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    quota = facts.row("contact_channels", "channel", found["channel"])["daily_quota"]
    days = facts.parameter("contact_horizon_days")
    because = [
        say("recall_full_channel", ahead=facts.recall.ahead, days=days, channel=_channel(facts, found), quota=quota)
    ]
    return because, [say("recall_room")]


def _capped(facts: Facts, found: Row) -> tuple[list[Sentence], list[Sentence]]:
    last = found["last_contact_date"]
    because = [
        *([say("recall_ghosts_count", period=_quarter(last))] if last and _was_held_out(facts, last) else []),
        say("recall_capped", last=last or "-", gap=facts.parameter("person_gap_days"),
            most=facts.parameter("person_contacts_at_most"), window=facts.parameter("person_window_days"),
            next=found["next_contact_date"], days=facts.parameter("contact_horizon_days")),
    ]  # fmt: skip
    return because, [say("recall_from", date=found["next_contact_date"])]


_OUTCOMES = {
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
}


def _has_come(facts: Facts, slot: Row) -> bool:
    """Whether it counts as a contact: the feed says so, or its day has come and nobody has denied it."""
    return slot["status"] != "cancelled" and (slot["status"] != "planned" or slot["planned_date"] <= facts.as_of_date)


def _day(slot: Row) -> Any:
    return slot["sent_on"] or slot["planned_date"]


def _slots(facts: Facts) -> list[Sentence]:
    """Slots that were taken back, and the last contacts with their results, the newest first."""
    slots = facts.recall.slots
    cancelled = [
        say("recall_cancelled", date=slot["planned_date"], channel=_channel(facts, slot),
            reason=(slot["reason_en"], slot["reason_zh"]))
        for slot in slots if slot["status"] == "cancelled"
    ]  # fmt: skip
    happened = [
        say("recall_contact", date=_day(slot), channel=_channel(facts, slot), attempt=slot["attempt"],
            playbook=_playbook_label(facts, slot), result=_result(facts, slot))
        for slot in slots if _has_come(facts, slot)
    ]  # fmt: skip
    return [*cancelled[:LAST_CONTACTS], *happened[:LAST_CONTACTS]]


def _result(facts: Facts, slot: Row) -> Label:
    if slot["result"]:
        return facts.label("contact_results", "result", slot["result"])
    return _text(f"recall_{slot['status']}")


def _percent(share: Decimal) -> str:
    return _plain(100 * share)


def _plain(number: Decimal) -> str:
    """Without the zeros that its type adds: 4.0000 is 4, 0.6000 is 0.6."""
    return f"{Decimal(number).normalize():f}"
