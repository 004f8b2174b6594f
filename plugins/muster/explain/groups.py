"""In which groups this person is or is to be, why, what is missing, and what is to be done about it."""

from collections.abc import Callable
from datetime import timedelta

from muster.explain.contacts import plain
from muster.explain.decision import LANGUAGES, Decision, Label, Sentence, both, say
from muster.explain.facts import Facts, Row

SOURCES = [
    "marts.group_assignments", "marts.group_moves", "marts.groups", "state.cohort_members", "policy.group_eligibility",
    "policy.group_ladder",
]  # fmt: skip
ROLES = ("lead", "assistant", "koc", "member")


def explain(facts: Facts) -> Decision:
    """Every kind of group that is open, then the cohort; the value is the status by kind."""
    if facts.groups is None:
        return Decision("groups", None, both("recall_unknown"), [say("groups_older")], [], ["manifest.json"])
    found = facts.groups.assignments
    if not found:
        return Decision("groups", {}, both("recall_none"), [say("groups_no_kind"), *_cohort(facts)], [], SOURCES)
    speaker = found[0]["user_id"]
    because = [] if speaker == facts.customer["user_id"] else [say("recall_speaker", user=speaker)]
    for row in found:
        because += _of_kind(facts, row)
    would_change: list[Sentence] = []
    for row in found:
        would_change += [sentence for sentence in _change(facts, row) if sentence not in would_change]
    leaving = {move["group_kind"] for move in facts.groups.moves if not move["is_proposal"]}
    if any(row["status"] == "joined" and row["group_kind"] not in leaving for row in found):
        would_change.append(say("groups_stays", percent=plain(facts.parameters["group_tier_moves_percent"])))
    statuses = {row["group_kind"]: row["status"] for row in found}
    stands = [_joined([_kind(row), _pair(row, "status")], (": ", "：")) for row in found]
    return Decision(
        "groups", statuses, _joined(stands, ("; ", "；")), [*because, *_cohort(facts)], would_change, SOURCES
    )


def _pair(row: Row, name: str) -> Label:
    return row[f"{name}_en"], row[f"{name}_zh"]


def _kind(row: Row) -> Label:
    return row["label_en"], row["label_zh"]


def _joined(labels: list[Label], between: Label = (", ", "、")) -> Label:
    english, chinese = (between[n].join(label[n] for label in labels) for n in range(len(LANGUAGES)))
    return english, chinese


def _of_kind(facts: Facts, row: Row) -> list[Sentence]:
    """Where the person stands with one kind of group, what the group is like, and what is to be done."""
    known = {"kind": _kind(row), "status": _pair(row, "status"), "reason": _pair(row, "reason")}
    if row["group_name"] is None:
        sentences = [say("groups_without", **known)]
    else:
        sentences = [say("groups_in", **known, group=row["group_name"], date=row["status_since"])]
    if row["reason"] == "not_worth_a_group":
        sentences.append(
            say("groups_not_worth", stage=_stage(facts, row["stage"]), tier=_tier(facts, row["value_tier"]))
        )
    if row["reason"] == "duplicate_person":
        sentences.append(say("recall_duplicate", most=facts.parameter("max_handle_users")))
    if row["missing"] is not None:
        sentences.append(say("groups_missing", missing=row["missing"], least=facts.parameter("group_least_size")))
    if row["role"] is not None:
        role = both(f"groups_role_{row['role']}") if row["role"] in ROLES else row["role"]
        sentences.append(say("groups_role", role=role))
    sentences += _group(facts, row)
    if row["from_group_id"] is not None:
        sentences.append(say("groups_still_inside", group=_name(facts, row["from_group_id"])))
    moves = [move for move in facts.groups.moves if move["group_kind"] == row["group_kind"]]
    return [*sentences, *(_move(move) for move in moves)]


def _group(facts: Facts, row: Row) -> list[Sentence]:
    group = facts.groups.known.get(row["group_id"])
    if group is None or row["status"] not in ("joined", "invited", "planned"):
        return []
    sentences = [
        say("groups_size", status=_pair(group, "status"), inside=group["inside"], pending=group["pending"],
            size=group["planned_size"], operator=group["operator_id"] or both("groups_nobody")),
    ]  # fmt: skip
    if group["rung"] is not None:
        rung = next(
            step for step in facts.policy["group_ladder"]
            if step["group_kind"] == group["group_kind"] and step["rung"] == group["rung"]
        )  # fmt: skip
        sentences.append(say("groups_in_common", rung=_kind(rung), cohort=group["cohort"]))
    return sentences


def _name(facts: Facts, group_id: str) -> str:
    group = facts.groups.known.get(group_id)
    return group["group_name"] if group else group_id


def _move(move: Row) -> Sentence:
    leaves, enters = move["from_group_name"], move["to_group_name"]
    if leaves and enters:
        groups = both("groups_from_to", old=leaves, new=enters)
    else:
        groups = both("groups_from", group=leaves) if leaves else both("groups_to", group=enters)
    if move["is_proposal"]:
        when = both("groups_proposed")
    elif move["planned_date"]:
        when = both("groups_on", date=move["planned_date"])
    else:
        when = both("groups_now" if move["move"] == "remove" else "groups_no_day")
    return say(
        "groups_move", move=_pair(move, "move"), groups=groups, when=when, reason=_pair(move, "reason"),
        operator=move["operator_id"] or both("groups_nobody"),
    )  # fmt: skip


def _cohort(facts: Facts) -> list[Sentence]:
    found = facts.groups.cohort
    if found is None:
        sources = sorted(facts.policy["cohort_sources"], key=lambda row: row["priority"])
        return [say("groups_no_cohort", sources=_joined([_kind(row) for row in sources]))]
    known = {
        "cohort": found["cohort"], "date": found["fixed_on"],
        "source": facts.label("cohort_sources", "cohort_source", found["cohort_source"]),
    }  # fmt: skip
    if found["milestone_date"] is None:
        sentences = [say("groups_cohort", **known)]
    else:
        sentences = [say("groups_cohort_of_date", **known, day=found["milestone_date"])]
    if found["corrected_on"] is not None:
        sentences.append(say("groups_cohort_corrected", date=found["corrected_on"]))
    return sentences


def _stage(facts: Facts, stage: str) -> Label:
    return facts.label("lifecycle_stages", "stage", stage)


def _tier(facts: Facts, tier: str) -> Label:
    return both("recall_no_tier") if tier == "none" else facts.label("value_tiers", "value_tier", tier)


def _change(facts: Facts, row: Row) -> list[Sentence]:
    return CHANGES[row["reason"]](facts, row) if row["reason"] in CHANGES else []


def _said(name: str) -> Callable[[Facts, Row], list[Sentence]]:
    return lambda _, row: [say(name, kind=_kind(row))]


def _later(facts: Facts, row: Row) -> list[Sentence]:
    days = facts.parameter("group_ask_again_days")
    if row["status_since"] is None:
        return []
    return [say("groups_when_asked", kind=_kind(row), days=days, date=row["status_since"] + timedelta(days=days))]


def _peaceful(facts: Facts, row: Row) -> list[Sentence]:
    most, days = facts.parameter("group_violations_at_most"), facts.parameter("group_violation_days")
    return [say("groups_when_peaceful", kind=_kind(row), most=most, days=days)]


def _worth(facts: Facts, row: Row) -> list[Sentence]:
    """The stages that have such a group with the person's tier, or else the tiers that have one at all."""
    worth = [rule for rule in facts.policy["group_eligibility"] if rule["group_kind"] == row["group_kind"]]
    stages = [rule["stage"] for rule in worth if rule["value_tier"] == row["value_tier"]]
    if stages:
        labels = [
            _stage(facts, stage["stage"]) for stage in facts.policy["lifecycle_stages"] if stage["stage"] in stages
        ]
        return [say("groups_worth_stages", kind=_kind(row), stages=_joined(labels))]
    tiers = {rule["value_tier"] for rule in worth}
    labels = [_tier(facts, band["value_tier"]) for band in facts.policy["tier_bands"] if band["value_tier"] in tiers]
    return [say("groups_worth_tiers", kind=_kind(row), tiers=_joined(labels))] if labels else []


CHANGES: dict[str, Callable[[Facts, Row], list[Sentence]]] = {
    "too_few": _said("groups_when_enough"),
    "next_wave": _said("groups_when_next_wave"),
    "no_capacity": _said("groups_when_capacity"),
    "no_place": _said("groups_when_placed"),
    "no_cohort": _said("groups_when_cohort"),
    "no_route": _said("groups_when_reached"),
    "declined": _later,
    "no_answer": _later,
    "not_reached": _later,
    "left_group": _later,
    "duplicate_person": _said("groups_when_own_handle"),
    "not_worth_a_group": _worth,
    "violation": _peaceful,
    "suppressed": lambda _, row: [say("recall_suppression_ends")],
}
