"""Why this lifecycle stage, since when, and when it will change."""

from datetime import timedelta

from muster.explain.decision import Decision, Sentence, say
from muster.explain.facts import Facts

SOURCES = ["marts.customer_lifecycle", "marts.segment_history", "policy.lifecycle_stages"]


def explain(facts: Facts) -> Decision:
    """The first stage that fits, its history, and the dates on which silence or a purchase would change it."""
    found = facts.lifecycle
    code = found["stage"]
    because = _lead(facts) if found["purchases"] == 0 else _buyer(facts)
    because += _history(facts)
    would_change = _lead_outlook(facts) if found["purchases"] == 0 else _outlook(facts)
    return Decision("stage", code, _label(facts, code), because, would_change, SOURCES)


def _label(facts: Facts, code: str) -> tuple[str, str]:
    return facts.label("lifecycle_stages", "stage", code)


def _lead(facts: Facts) -> list[Sentence]:
    registered = facts.customer["registered_date"]
    if registered is None:
        return [say("lead_of_unknown_age")]
    days = (facts.as_of_date - registered).days
    return [say("lead", days=days, date=registered, limit=facts.parameter("lead_days"))]


def _lead_outlook(facts: Facts) -> list[Sentence]:
    sentences = [say("stage_after_purchase", stage=_label(facts, "new"))]
    if facts.lifecycle["stage"] == "lead":
        on = facts.customer["registered_date"] + timedelta(days=facts.parameter("lead_days") + 1)
        sentences.append(say("stage_on", date=on, stage=_label(facts, "cold_lead")))
    return sentences


def _limits(facts: Facts) -> dict[str, int]:
    """Stage of silence -> the days of silence that it begins after."""
    churn = facts.lifecycle["churn_after_days"]
    times = facts.parameters["lost_after_times"]
    return {"at_risk": facts.lifecycle["at_risk_after_days"], "churned": churn, "lost": int(times * churn)}


def _buyer(facts: Facts) -> list[Sentence]:
    found, limits = facts.lifecycle, _limits(facts)
    sentences = [
        say("silence", days=found["recency_days"], date=facts.customer["last_purchase_date"],
            at_risk=limits["at_risk"], churned=limits["churned"], lost=limits["lost"]),
    ]  # fmt: skip
    if found["stage"] in ("new", "one_time"):
        sentences.append(say("one_purchase", limit=facts.parameter("new_days")))
    elif found["stage"] == "reactivated":
        sentences.append(say("came_back", limit=facts.parameter("reactivated_days")))
    elif found["stage"] in ("repeat", "loyal"):
        sentences.append(say("purchases", purchases=found["purchases"], loyal=facts.parameter("loyal_purchases")))
    return sentences


def _history(facts: Facts) -> list[Sentence]:
    found = facts.lifecycle
    if found["previous_stage"] is None:
        return [say("stage_since_first", date=found["stage_since"])]
    return [say("stage_since", date=found["stage_since"], stage=_label(facts, found["previous_stage"]))]


def _outlook(facts: Facts) -> list[Sentence]:
    found, limits = facts.lifecycle, _limits(facts)
    sentences = [say("stage_after_purchase", stage=_label(facts, _stage_after_purchase(facts)))]
    last = facts.customer["last_purchase_date"]
    for stage, after in limits.items():
        if found["recency_days"] <= after:
            sentences.append(say("stage_on", date=last + timedelta(days=after + 1), stage=_label(facts, stage)))
    return sentences


def _stage_after_purchase(facts: Facts) -> str:
    """The stage if the customer bought on the day after as_of_date, priors as they are."""
    found = facts.lifecycle
    if found["recency_days"] + 1 > found["churn_after_days"]:
        return "reactivated"
    return "loyal" if found["purchases"] + 1 >= facts.parameter("loyal_purchases") else "repeat"
