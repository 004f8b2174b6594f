"""Why this RFM segment."""

from muster.explain.decision import Decision, Sentence, say
from muster.explain.facts import Facts, score

SOURCES = ["marts.customer_rfm", "marts.rfm_cut_points", "policy.segment_grid"]


def explain(facts: Facts) -> Decision:
    """Prospect, dormant, or the cell of the grid that recency and frequency fall into."""
    code = facts.customer["segment"]
    if facts.rfm is None:
        because, would_change = [say("no_purchase", date=facts.as_of_date)], [say("first_purchase_is_scored")]
    elif code == "dormant":
        window = facts.parameter("rfm_window_days")
        because = [say("dormant", days=facts.rfm["recency_days"], date=facts.rfm["last_purchase_date"], window=window)]
        would_change = _next_purchase(facts)
    else:
        because = _scores(facts)
        would_change = [*_next_purchase(facts), *_silence(facts)]
    return Decision("segment", code, _label(facts, code), because, would_change, SOURCES)


def _label(facts: Facts, code: str) -> tuple[str, str]:
    return facts.label("segment_labels", "segment", code)


def _scores(facts: Facts) -> list[Sentence]:
    rfm, cuts = facts.rfm, facts.cuts
    days = [int(-cut) for cut in cuts["recency"]]
    spent = cuts["monetary"]
    often = cuts["frequency"][1:]
    return [
        say("recency_score", score=rfm["r_score"], days=rfm["recency_days"], date=rfm["last_purchase_date"],
            five=days[3], four=days[2], three=days[1], two=days[0]),
        say("one_purchase_score", window=facts.parameter("rfm_window_days")) if rfm["f_score"] == 1 else
        say("frequency_score", score=rfm["f_score"], purchases=rfm["frequency"],
            window=facts.parameter("rfm_window_days"), five=int(often[2]), four=int(often[1]), three=int(often[0])),
        say("monetary_score", score=rfm["m_score"], spent=rfm["monetary"], currency=facts.currency,
            window=facts.parameter("rfm_window_days"), five=spent[3], four=spent[2], three=spent[1], two=spent[0]),
        say("grid", r=rfm["r_score"], f=rfm["f_score"], segment=_label(facts, rfm["segment"])),
    ]  # fmt: skip


def _segment_of(facts: Facts, recency_days: int, frequency: int) -> str:
    r, f = score(facts.cuts["recency"], -recency_days), score(facts.cuts["frequency"], frequency)
    return next(row["segment"] for row in facts.policy["segment_grid"] if (row["r_score"], row["f_score"]) == (r, f))


def _next_purchase(facts: Facts) -> list[Sentence]:
    if "recency" not in facts.cuts:
        return []
    then = _segment_of(facts, 0, facts.rfm["frequency"] + 1)
    return [say("segment_after_purchase", segment=_label(facts, then))]


def _silence(facts: Facts) -> list[Sentence]:
    """The first day on which recency alone gives another segment, with tonight's cut points."""
    rfm = facts.rfm
    for cut in reversed(facts.cuts["recency"]):
        days = int(-cut) - rfm["recency_days"]
        then = _segment_of(facts, int(-cut), rfm["frequency"])
        if days > 0 and then != rfm["segment"]:
            return [say("segment_after_silence", days=days, segment=_label(facts, then))]
    return []
