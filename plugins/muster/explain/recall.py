"""Whether, when and with what this person is contacted, and why."""

from muster.explain.contacts import channel_label, chat_offer, percent, plain, playbook_label, slots_of
from muster.explain.decision import Decision, Label, Sentence, both, say
from muster.explain.facts import Facts, Row
from muster.explain.recall_outcomes import OUTCOMES

SOURCES = [
    "marts.recall_candidates", "marts.contact_schedule", "state.holdout_members", "policy.playbooks",
    "policy.contact_channels", "policy.benefits",
]  # fmt: skip


def explain(facts: Facts) -> Decision:
    """The playbook, the score as its sum, what was decided, and the contacts before; None without a playbook."""
    if facts.recall is None:
        return Decision("contact", None, both("recall_unknown"), [say("recall_older")], [], ["manifest.json"])
    found = facts.recall.candidate
    if found is None:
        stage = facts.label("lifecycle_stages", "stage", facts.recall.speaker["stage"])
        because = [*_speaker(facts), say("recall_no_playbook", stage=stage), *slots_of(facts)]
        return Decision("contact", None, both("recall_none"), because, [], SOURCES)
    outcome, would_change = OUTCOMES[found["reason"]](facts, found)
    kind = found["decision"].partition("_")[0]
    label = both(f"recall_{kind}", reason=(found["reason_en"], found["reason_zh"]))
    because = [*_speaker(facts), _playbook(facts, found), *_score(facts, found), *outcome, *slots_of(facts)]
    return Decision("contact", found["decision"], label, because, would_change, SOURCES)


def _speaker(facts: Facts) -> list[Sentence]:
    speaker = facts.recall.speaker["user_id"]
    return [] if speaker == facts.customer["user_id"] else [say("recall_speaker", user=speaker)]


def _tier(facts: Facts, found: Row) -> Label:
    if found["value_tier"] == "none":
        return both("recall_no_tier")
    return facts.label("value_tiers", "value_tier", found["value_tier"])


def _playbook(facts: Facts, found: Row) -> Sentence:
    stage = facts.label("lifecycle_stages", "stage", found["stage"])
    return say("recall_playbook", playbook=playbook_label(facts, found), stage=stage, tier=_tier(facts, found))


def _score(facts: Facts, found: Row) -> list[Sentence]:
    if found["score"] is None:
        return []
    sentences = [
        *(_measured(facts, found) if found["score_source"] == "measured" else [_prior(facts, found)]),
        *(_sum(facts, found) if found["acceptance"] is None else _request_sum(facts, found)),
    ]
    if found["is_test"]:
        sentences.append(
            say("recall_test", least=plain(facts.parameters["min_contact_value"]),
                percent=facts.parameter("below_value_test_percent"))
        )  # fmt: skip
    if found["rank"] is not None:
        sentences.append(say("recall_rank", rank=found["rank"], candidates=facts.recall.ranked))
    return sentences


def _sum(facts: Facts, found: Row) -> list[Sentence]:
    channel = facts.row("contact_channels", "channel", found["channel"])
    offer = facts.row("benefits", "offer", found["offer"])
    return [
        say("recall_response", response=percent(found["response"]), factor=channel["response_percent"],
            channel=channel_label(facts, found), baseline=percent(found["baseline"])),
        say("recall_offer", offer=(offer["label_en"], offer["label_zh"]), discount=offer["discount_percent"],
            order=found["order_value"], currency=facts.currency, cost=plain(channel["cost"])),
        say("recall_sum", response=percent(found["response"]), margin=plain(facts.parameters["margin_percent"]),
            discount=offer["discount_percent"], order=found["order_value"], baseline=percent(found["baseline"]),
            cost=plain(channel["cost"]), score=found["score"], currency=facts.currency),
    ]  # fmt: skip


def _request_sum(facts: Facts, found: Row) -> list[Sentence]:
    """A friend request: what the chat would bring that it may open."""
    channel = facts.row("contact_channels", "channel", found["channel"])
    chat, offer = facts.row("contact_channels", "channel", "wecom"), chat_offer(facts, found)
    accepted = {"acceptance": percent(found["acceptance"]), "cost": plain(channel["cost"])}
    sentences = [
        say("recall_acceptance", **accepted, response=percent(found["response"]),
            baseline=percent(found["baseline"])),
        say("recall_offer", offer=(offer["label_en"], offer["label_zh"]), discount=offer["discount_percent"],
            order=found["order_value"], currency=facts.currency, cost=plain(chat["cost"])),
    ]  # fmt: skip
    if found["score"] <= -channel["cost"]:
        return [*sentences, say("recall_no_chat", score=found["score"], currency=facts.currency)]
    return [
        *sentences,
        say("recall_request_sum", **accepted, response=percent(found["response"]), chat=plain(chat["cost"]),
            margin=plain(facts.parameters["margin_percent"]), discount=offer["discount_percent"],
            order=found["order_value"], baseline=percent(found["baseline"]), score=found["score"],
            currency=facts.currency),
    ]  # fmt: skip


def _prior(facts: Facts, found: Row) -> Sentence:
    prior = facts.row("playbooks", "playbook", found["playbook"])
    return say(
        "recall_prior", response=percent(prior["prior_response"]), baseline=percent(prior["prior_baseline"]),
        playbook=playbook_label(facts, found),
    )  # fmt: skip


def _measured(facts: Facts, found: Row) -> list[Sentence]:
    """The playbook's lift, then the tier's: what each adds to the prior."""
    prior = facts.row("playbooks", "playbook", found["playbook"])
    groups = {"all": both("recall_all_tiers"), found["value_tier"]: _tier(facts, found)}
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
        say("recall_shrunk", prior=percent(prior["prior_response"]), weight=prior["prior_contacts"]),
    ]
