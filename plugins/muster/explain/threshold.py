"""Why this many days of silence count as churn for this customer."""

from muster.explain.decision import Decision, Sentence, say
from muster.explain.facts import Facts

SOURCES = ["marts.churn_thresholds", "marts.churn_priors"]
NONE = ("none", "无")


def explain(facts: Facts) -> Decision:
    """The customer's own gaps drawn towards the prior, or the prior alone, within the policy's bounds."""
    found = facts.threshold
    if found is None:
        return Decision("churn_threshold", None, NONE, [say("no_threshold")], [], SOURCES)
    because = [_prior(facts)]
    weight = facts.parameter("churn_prior_weight")
    if found["threshold_source"] == "personal":
        because += [
            say("own_gaps", gaps=found["own_gaps"], percent=facts.parameter("churn_own_gap_percent"),
                days=found["own_gap_days"]),
            say("blend", gaps=found["own_gaps"], own=found["own_gap_days"], weight=weight, prior=found["prior_days"],
                weights=found["own_gaps"] + weight, days=found["blended_days"]),
        ]  # fmt: skip
    else:
        because.append(say("too_few_gaps", gaps=found["own_gaps"], needed=facts.parameter("churn_min_own_gaps")))
    if found["churn_after_days"] != found["blended_days"]:
        because.append(
            say("clamped", days=found["blended_days"], low=facts.parameter("churn_min_days"),
                high=facts.parameter("churn_max_days"), kept=found["churn_after_days"])
        )  # fmt: skip
    because.append(say("at_risk_after", percent=facts.parameter("at_risk_percent"), days=found["at_risk_after_days"]))
    days = found["churn_after_days"]
    would_change = [say("threshold_by_purchase"), say("threshold_by_calibration")]
    return Decision("churn_threshold", days, (f"{days} days", f"{days} 天"), because, would_change, SOURCES)


def _prior(facts: Facts) -> Sentence:
    found = facts.threshold
    ordinal = say(f"bucket_{found['bucket']}")
    wait = (ordinal.text("en"), ordinal.text("zh"))
    if found["prior_source"] == "default":
        return say("prior_default", days=found["prior_days"], wait=wait)
    percent = facts.parameter("churn_return_percent")
    if found["prior_source"] == "channel":
        return say(
            "prior_channel", days=found["prior_days"], wait=wait, percent=percent, channel=found["prior_channel"]
        )
    return say("prior_all", days=found["prior_days"], wait=wait, percent=percent)
