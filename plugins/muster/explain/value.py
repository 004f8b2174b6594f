"""What the value model expects of this customer."""

from muster.explain.decision import Decision, Sentence, say
from muster.explain.facts import Facts

SILENCE_DAYS = 30
SOURCES = ["marts.customer_value", "marts.model_parameters"]
NONE = ("none", "无")


def explain(facts: Facts) -> Decision:
    """Probability of being alive, purchases and spend of the next 90 days; or why there are none."""
    found = facts.value
    if found is None:
        return Decision("value", None, NONE, [say("no_purchase", date=facts.as_of_date)], [], SOURCES)
    if found["p_alive"] is None:
        reason = (found["reason_en"], found["reason_zh"])
        return Decision("value", None, NONE, [say("no_value", reason=reason)], [], SOURCES)
    because = [
        say("alive", percent=f"{100 * found['p_alive']:.1f}", repeats=found["repeat_purchases"],
            last=found["days_to_last_purchase"], age=found["customer_age_days"]),
        say("expected_purchases", purchases=f"{found['expected_purchases_90d']:.2f}"),
    ]  # fmt: skip
    amount = found["expected_value_90d"]
    if amount is None:
        because.append(say("no_value", reason=(found["reason_en"], found["reason_zh"])))
        return Decision("value", None, NONE, because, [say("value_by_fit")], SOURCES)
    because.append(
        say("expected_value", value=amount, spend=found["expected_spend_per_purchase"], currency=facts.currency)
    )
    shown = f"{amount:,} {facts.currency}".strip()
    return Decision("value", amount, (shown, shown), because, [_silence(facts), say("value_by_fit")], SOURCES)


def _silence(facts: Facts) -> Sentence:
    """P(alive) after some more days without a purchase, by tonight's parameters."""
    from muster.value_model import p_alive  # scipy takes half a second

    found = facts.value
    weeks = [days / 7 for days in (found["days_to_last_purchase"], found["customer_age_days"] + SILENCE_DAYS)]
    then = float(p_alive(found["model"], facts.value_parameters, found["repeat_purchases"], *weeks))
    return say("value_by_silence", days=SILENCE_DAYS, percent=f"{100 * then:.1f}")
