"""CONTRACT section 3, Lifecycle: how long those who return stay away, by Kaplan-Meier, per pool and bucket."""

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from support.plain.parameters import CONTRACT, Parameters
from support.plain.shop import Known

TOLERANCE = Fraction(1, 10**9)
BUCKETS = (1, 2, 3)
Pool = tuple[str, str | None]  # ("channel", its name) or ("all", None)
ALL: Pool = ("all", None)


@dataclass(frozen=True)
class Spell:
    """Days from a purchase to the next one, or, not completed, to the calibration day."""

    days: int
    is_completed: bool


@dataclass(frozen=True)
class Point:
    """A completed duration of a curve. survival: after this day; None where too few were at risk to use the day."""

    day: int
    at_risk: int
    returned: int
    survival: Fraction | None

    @property
    def is_used(self) -> bool:
        return self.survival is not None


def calibration_day(as_of: date) -> date:
    """The last day of the month before as_of's."""
    return as_of.replace(day=1) - timedelta(days=1)


def bucket_after(purchases: int) -> int:
    """The bucket of the gap that follows this many purchases."""
    return min(purchases, 3)


def spells(known: Known) -> dict[tuple[Pool, int], list[Spell]]:
    """(pool, bucket) -> the gaps of the pool's customers up to the calibration day, by the day nets of as_of."""
    last_day = calibration_day(known.as_of)
    found: dict[tuple[Pool, int], list[Spell]] = defaultdict(list)
    for user_id, all_days in known.bought.items():
        days = [day for day in all_days if day <= last_day]
        gaps = [Spell((later - earlier).days, True) for earlier, later in pairwise(days)]
        if days:
            gaps.append(Spell((last_day - days[-1]).days, False))
        channel = known.customers[user_id].channel
        pools = [ALL] if channel is None else [ALL, ("channel", channel)]
        for after, spell in enumerate(gaps, start=1):
            for pool in pools:
                found[pool, bucket_after(after)].append(spell)
    return found


def survival_curve(of_pool: list[Spell], min_at_risk: int) -> list[Point]:
    """Kaplan-Meier's curve at every completed duration, in order."""
    lengths = sorted(spell.days for spell in of_pool)
    completed = Counter(spell.days for spell in of_pool if spell.is_completed)
    points, survival = [], Fraction(1)
    for day, returned in sorted(completed.items()):
        at_risk = len(lengths) - bisect_left(lengths, day)  # spells of `day` days or more
        survival *= 1 - Fraction(returned, at_risk)
        points.append(Point(day, at_risk, returned, survival if at_risk >= min_at_risk else None))
    return points


def return_day(curve: list[Point], percent: int) -> int | None:
    """The day by which `percent` percent of those who ever return have returned; None where no day is used."""
    used = [point for point in curve if point.survival is not None]
    for point in used:
        if 1 - point.survival >= Fraction(percent, 100) * (1 - used[-1].survival) - TOLERANCE:
            return point.day
    return None


class Priors:
    """What a day's pools say. curves: (pool, bucket) -> every curve, whether its pool is large enough or not."""

    def __init__(self, known: Known, parameters: Parameters = CONTRACT) -> None:
        self._parameters = parameters
        self._completed, self._days = {}, {}
        self.curves: dict[tuple[Pool, int], list[Point]] = {}
        for key, of_pool in spells(known).items():
            self.curves[key] = survival_curve(of_pool, parameters.churn_prior_min_at_risk)
            self._completed[key] = sum(spell.is_completed for spell in of_pool)
            self._days[key] = return_day(self.curves[key], parameters.churn_return_percent)

    def is_large_enough(self, pool: Pool, bucket: int) -> bool:
        return self._completed.get((pool, bucket), 0) >= self._parameters.churn_prior_min_gaps

    def days(self, channel: str | None, bucket: int) -> tuple[int, str]:
        """(days, source) for a customer of that channel: the channel's own, else everybody's, else the default."""
        for pool in [ALL] if channel is None else [("channel", channel), ALL]:
            if self.is_large_enough(pool, bucket) and self._days[pool, bucket] is not None:
                return self._days[pool, bucket], pool[0]
        return self._parameters.churn_default_days, "default"
