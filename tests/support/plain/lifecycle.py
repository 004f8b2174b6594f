"""CONTRACT section 3, Lifecycle: each customer's threshold and stage, and the backtest of the stages."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from support.plain.numbers import percentile_disc, rounded
from support.plain.parameters import CONTRACT, Parameters
from support.plain.priors import Priors, bucket_after
from support.plain.shop import Customer, Known, Landing, read

STAGES = (
    "lead", "cold_lead", "lost", "churned", "at_risk", "reactivated", "new", "one_time", "loyal", "repeat",
)  # fmt: skip
SOURCES = ("personal", "channel", "all", "default")


@dataclass(frozen=True)
class Standing:
    """The columns of customer_lifecycle that do not depend on an earlier release, in their order."""

    stage: str
    purchases: int = 0
    recency_days: int | None = None
    at_risk_after_days: int | None = None
    churn_after_days: int | None = None
    threshold_source: str | None = None


@dataclass(frozen=True)
class Returns:
    """A stage's customers of the day that is tested, and how many of them bought since."""

    users: int
    returned: int


def lifecycle(known: Known, parameters: Parameters = CONTRACT) -> dict[str, Standing]:
    """user_id -> its standing, for every customer."""
    priors = Priors(known, parameters)
    return {
        user_id: _standing(known.bought[user_id], customer, priors, known.as_of, parameters)
        if user_id in known.bought
        else Standing(_stage_before_buying(customer, known.as_of, parameters))
        for user_id, customer in known.customers.items()
    }


def churn_after(days: list[date], channel: str | None, priors: Priors, parameters: Parameters) -> tuple[int, str]:
    """(days, source): how long somebody who has bought on just these days may stay away; at least one day."""
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    threshold, source = priors.days(channel, bucket_after(len(days)))
    if len(gaps) >= parameters.churn_min_own_gaps:
        own, weight = percentile_disc(gaps, parameters.churn_own_gap_percent), parameters.churn_prior_weight
        threshold = rounded(len(gaps) * own + weight * threshold, len(gaps) + weight)
        source = "personal"
    return max(parameters.churn_min_days, min(parameters.churn_max_days, threshold)), source


def _stage_before_buying(customer: Customer, as_of: date, parameters: Parameters) -> str:
    if customer.registered is not None and 0 <= (as_of - customer.registered).days <= parameters.lead_days:
        return "lead"
    return "cold_lead"


def _standing(days: list[date], customer: Customer, priors: Priors, as_of: date, parameters: Parameters) -> Standing:
    purchases, recency = len(days), (as_of - days[-1]).days
    churn, source = churn_after(days, customer.channel, priors, parameters)
    at_risk = rounded(parameters.at_risk_percent * churn, 100)
    if recency > parameters.lost_after_times * churn:
        stage = "lost"
    elif recency > churn:
        stage = "churned"
    elif recency > at_risk:
        stage = "at_risk"
    elif _came_back(days, recency, customer.channel, priors, parameters):
        stage = "reactivated"
    elif purchases == 1:
        stage = "new" if recency <= parameters.new_days else "one_time"
    elif purchases >= parameters.loyal_purchases:
        stage = "loyal"
    else:
        stage = "repeat"
    return Standing(stage, purchases, recency, at_risk, churn, source)


def _came_back(days: list[date], recency: int, channel: str | None, priors: Priors, parameters: Parameters) -> bool:
    """Whether the last purchase ended a silence longer than the threshold of the days before it."""
    if len(days) < 2 or recency > parameters.reactivated_days:
        return False
    before, _ = churn_after(days[:-1], channel, priors, parameters)
    return (days[-1] - days[-2]).days > before


def churn_backtest(landing: Landing, as_of: date, parameters: Parameters = CONTRACT) -> dict[str, Returns]:
    """stage -> the customers who stood there `backtest_days` ago by today's landing zone, and those who bought since.

    Whatever has become of a customer since (staff, deleted): who stood in a stage then is judged by the purchases
    that are known on as_of.
    """
    then = as_of - timedelta(days=parameters.backtest_days)
    stages = {user: standing.stage for user, standing in lifecycle(read(landing, then), parameters).items()}
    buyers = {user for user, days in _bought_by_anybody(landing, as_of).items() if days[-1] > then}
    users = Counter(stages.values())
    returned = Counter(stage for user, stage in stages.items() if user in buyers)
    return {stage: Returns(users[stage], returned[stage]) for stage in users}


def _bought_by_anybody(landing: Landing, as_of: date) -> dict[str, list[date]]:
    """user_id -> purchase days known on as_of, staff and deleted users included."""
    return read(Landing((), landing.orders, landing.of_lines), as_of).bought
