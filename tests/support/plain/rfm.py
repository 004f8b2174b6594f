"""CONTRACT section 3, RFM."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from support.plain.numbers import percentile_disc
from support.plain.parameters import CONTRACT, Parameters
from support.plain.shop import Known

GRID = {
    5: ("recent", "potential_loyalist", "potential_loyalist", "champion", "champion"),
    4: ("promising", "potential_loyalist", "potential_loyalist", "champion", "champion"),
    3: ("about_to_sleep", "need_attention", "need_attention", "loyalist", "loyalist"),
    2: ("hibernating", "hibernating", "fading", "fading", "cannot_lose"),
    1: ("inactive", "hibernating", "fading", "fading", "cannot_lose"),
}
TIERS = ("base", "middle", "high", "vip")
QUINTILES, QUARTILES, TIER_CUTS = (20, 40, 60, 80), (25, 50, 75), (50, 80, 95)
Cuts = dict[str, dict[int, Decimal]]


@dataclass(frozen=True)
class Rfm:
    """The columns of customer_rfm after as_of_date and user_id, in their order."""

    first_purchase_date: date
    last_purchase_date: date
    recency_days: int
    frequency: int
    monetary: Decimal
    lifetime_purchases: int
    lifetime_monetary: Decimal
    r_score: int
    f_score: int
    m_score: int
    rfm_code: str
    segment: str
    value_tier: str


@dataclass(frozen=True)
class _Totals:
    bought: list[date]
    recency: int
    frequency: int
    monetary: Decimal
    lifetime: Decimal


def rfm(known: Known, parameters: Parameters = CONTRACT) -> dict[str, Rfm]:
    """user_id -> its row of customer_rfm."""
    totals = _all_totals(known, parameters)
    cuts = _cuts(totals)
    return {user_id: _row(x, cuts) for user_id, x in totals.items()}


def cut_points(known: Known, parameters: Parameters = CONTRACT) -> Cuts:
    """metric -> percentile -> cut; only metrics with a cut."""
    return {metric: cuts for metric, cuts in _cuts(_all_totals(known, parameters)).items() if cuts}


def _all_totals(known: Known, parameters: Parameters) -> dict[str, _Totals]:
    start = known.as_of - timedelta(days=parameters.rfm_window_days)
    return {
        user_id: _Totals(
            bought=bought,
            recency=(known.as_of - bought[-1]).days,
            frequency=sum(day > start for day in bought),
            monetary=sum((net for day, net in known.nets[user_id].items() if day > start), Decimal("0.00")),
            lifetime=sum(known.nets[user_id].values(), Decimal("0.00")),
        )
        for user_id, bought in known.bought.items()
    }


def _cuts(totals: dict[str, _Totals]) -> Cuts:
    scored = [x for x in totals.values() if x.frequency >= 1]
    frequency = {0: Decimal(1)} if scored else {}
    return {
        "recency": _cuts_at(QUINTILES, [Decimal(-x.recency) for x in scored]),
        "frequency": frequency | _cuts_at(QUARTILES, [Decimal(x.frequency) for x in scored if x.frequency >= 2]),
        "monetary": _cuts_at(QUINTILES, [x.monetary for x in scored]),
        "lifetime_monetary": _cuts_at(TIER_CUTS, [x.lifetime for x in totals.values()]),
    }


def _cuts_at(percents: tuple[int, ...], values: list[Decimal]) -> dict[int, Decimal]:
    return {percent: percentile_disc(values, percent) for percent in percents} if values else {}


def _row(x: _Totals, cuts: Cuts) -> Rfm:
    def score(metric: str, value: Decimal | int) -> int:
        return 1 + sum(cut < value for cut in cuts[metric].values())

    if x.frequency:
        r, f, m = score("recency", -x.recency), score("frequency", x.frequency), score("monetary", x.monetary)
        segment = GRID[r][f - 1]
    else:
        r, f, m, segment = 0, 0, 0, "dormant"
    return Rfm(
        x.bought[0], x.bought[-1], x.recency, x.frequency, x.monetary, len(x.bought), x.lifetime, r, f, m,
        f"{r}{f}{m}", segment, TIERS[score("lifetime_monetary", x.lifetime) - 1],
    )  # fmt: skip
