"""Why this value tier."""

from decimal import Decimal

from muster.explain.decision import Decision, say
from muster.explain.facts import Facts

SOURCES = ["marts.customer_rfm", "marts.rfm_cut_points", "policy.value_tiers"]
NONE = ("none", "无")


def explain(facts: Facts) -> Decision:
    """The highest tier whose cut point lies below the customer's net spend of all time."""
    if facts.rfm is None:
        return Decision("value_tier", None, NONE, [say("no_purchase", date=facts.as_of_date)], [], SOURCES)
    code, spent = facts.rfm["value_tier"], facts.rfm["lifetime_monetary"]
    tiers = sorted(facts.policy["value_tiers"], key=lambda row: row["tier_rank"])
    bounds = dict(zip([row["value_tier"] for row in tiers[1:]], facts.cuts["lifetime_monetary"], strict=True))
    place = next(number for number, row in enumerate(tiers) if row["value_tier"] == code)
    label = facts.label("value_tiers", "value_tier", code)
    known = {"spent": spent, "currency": facts.currency}
    if code in bounds:
        percent = tiers[place]["above_percentile"]
        because = [say("tier_above", **known, bound=bounds[code], percent=percent, tier=label)]
    else:
        because = [say("tier_lowest", **known, bound=bounds[tiers[1]["value_tier"]], tier=label)]
    would_change = []
    if place + 1 < len(tiers):
        higher = tiers[place + 1]["value_tier"]
        missing = bounds[higher] - spent + Decimal("0.01")
        would_change = [
            say("tier_next", missing=missing, currency=facts.currency,
                tier=facts.label("value_tiers", "value_tier", higher))
        ]  # fmt: skip
    return Decision("value_tier", code, label, because, would_change, SOURCES)
