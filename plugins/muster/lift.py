"""What contacts change: rates and means of two groups of people, their difference and how sure it is.

Pure functions over counts and sums. Groups are compared stratum by stratum (value tiers, where the share that is held
out differs between them): weights are the treated people's, so that difference times treated people is the sum over
strata of what the treatment brought. One stratum gives the textbook's formulas, which are named at each function.

Intervals hold the truth 95 times in 100, tests are two-sided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import brentq

CONFIDENCE, POWER = 0.95, 0.80
FEWEST = 2
"""People that either group of a stratum needs: one alone has no variance."""
Z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """People, those of them who bought, and the sum and the sum of squares of what each spent, in hundredths."""

    people: int
    buyers: int
    cents: int
    squared_cents: int

    @property
    def rate(self) -> float:
        return self.buyers / self.people

    @property
    def mean(self) -> float:
        """Spend a head, in the currency."""
        return self.cents / self.people / 100

    @property
    def variance(self) -> float:
        """The sample's unbiased variance of spend a head, exact before its last rounding."""
        squares = self.people * self.squared_cents - self.cents**2
        return float(Fraction(squares, self.people * (self.people - 1) * 10_000))


@dataclass(frozen=True)
class Stratum:
    """The treated and those they are compared with."""

    treated: Group
    control: Group

    @property
    def is_comparable(self) -> bool:
        return min(self.treated.people, self.control.people) >= FEWEST


@dataclass(frozen=True)
class Estimate:
    """treated less control, its interval and p value; the latter three None where nobody differs from anybody."""

    treated: float
    control: float
    low: float | None
    high: float | None
    p_value: float | None

    @property
    def difference(self) -> float:
        return self.treated - self.control

    @property
    def verdict(self) -> str:
        """Code of the policy table lift_verdicts."""
        if self.low is not None and self.low > 0:
            return "works"
        if self.high is not None and self.high < 0:
            return "harms"
        return "cannot_tell_yet"


def wilson(hits: ArrayLike, people: ArrayLike) -> tuple[Floats, Floats]:
    """Limits of rates, by the score interval without continuity correction.

    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22(158).
    """
    hits, people = np.asarray(hits, dtype=float), np.asarray(people, dtype=float)
    rate, shrink = hits / people, 1 + Z**2 / people
    centre = (rate + Z**2 / (2 * people)) / shrink
    half = Z / shrink * np.sqrt(rate * (1 - rate) / people + Z**2 / (4 * people**2))
    return np.where(hits == 0, 0, centre - half), np.where(hits == people, 1, centre + half)


def compare_rates(strata: Sequence[Stratum]) -> Estimate:
    """The shares of buyers; strata: one or more, all comparable.

    Interval: Newcombe's hybrid score, method 10 of Newcombe (1998), Interval estimation for the difference between
    independent proportions, Statistics in Medicine 17; over strata as Zou, Huang, Zhang (2009), A note on confidence
    interval estimation for a linear function of binomial proportions, CSDA 53(4). Test: z of the pooled proportions,
    within strata. Equal rates of 0 or 1 everywhere have p value 1.
    """
    n, m, x, y, weights = _counts(strata)
    p, q, pooled = x / n, y / m, (x + y) / (n + m)
    (p_low, p_high), (q_low, q_high) = wilson(x, n), wilson(y, m)
    treated, control = float(weights @ p), float(weights @ q)
    difference = treated - control
    below = sqrt(np.sum(weights**2 * ((p - p_low) ** 2 + (q_high - q) ** 2)))
    above = sqrt(np.sum(weights**2 * ((p_high - p) ** 2 + (q - q_low) ** 2)))
    deviation = sqrt(np.sum(weights**2 * pooled * (1 - pooled) * (1 / n + 1 / m)))
    p_value = float(2 * stats.norm.sf(abs(difference) / deviation)) if deviation else 1.0
    return Estimate(treated, control, difference - below, difference + above, p_value)


def compare_means(strata: Sequence[Stratum]) -> Estimate:
    """Spend a head in the currency; strata: one or more, all comparable.

    Welch (1947), The generalization of Student's problem when several different population variances are involved,
    Biometrika 34, with Satterthwaite's degrees of freedom over all strata.
    """
    n, m, _, _, weights = _counts(strata)
    treated = float(weights @ np.array([stratum.treated.mean for stratum in strata]))
    control = float(weights @ np.array([stratum.control.mean for stratum in strata]))
    terms = np.concatenate(
        (
            weights**2 * np.array([stratum.treated.variance for stratum in strata]) / n,
            weights**2 * np.array([stratum.control.variance for stratum in strata]) / m,
        )
    )
    variance = terms.sum()
    if not variance:
        return Estimate(treated, control, None, None, None)
    freedom = variance**2 / np.sum(terms**2 / (np.concatenate((n, m)) - 1))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * sqrt(variance)
    p_value = float(2 * stats.t.sf(abs(treated - control) / sqrt(variance), freedom))
    return Estimate(treated, control, treated - control - half, treated - control + half, p_value)


def smallest_effect(strata: Sequence[Stratum]) -> float | None:
    """The least rise of the control's rates that the test of rates finds at this size 80 times in 100.

    None where no rise is great enough. Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, 4.2,
    without continuity correction: z at 97.5 % times the deviation under no effect plus z at 80 % times that under it.
    """
    n, m, _, y, weights = _counts(strata)
    q = y / m

    def excess(rise: float) -> float:
        p = q + rise
        pooled = (n * p + m * q) / (n + m)
        without = np.sum(weights**2 * pooled * (1 - pooled) * (1 / n + 1 / m))
        within = np.sum(weights**2 * (p * (1 - p) / n + q * (1 - q) / m))
        return rise - Z * sqrt(max(without, 0)) - float(stats.norm.ppf(POWER)) * sqrt(max(within, 0))

    greatest = 1 - float(q.max())
    if greatest <= 0 or excess(greatest) < 0:
        return None
    return float(brentq(excess, 1e-12, greatest, xtol=1e-14, rtol=1e-14))


def split_p_value(people: Sequence[int], weights: Sequence[int]) -> float | None:
    """Chi-square p value of people per variant against the weights that they were drawn by; None without anybody."""
    total = sum(people)
    if not total:
        return None
    expected = total * np.asarray(weights, dtype=float) / sum(weights)
    statistic = float(np.sum((np.asarray(people) - expected) ** 2 / expected))
    return float(stats.chi2.sf(statistic, len(people) - 1))


def _counts(strata: Sequence[Stratum]) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """People and buyers: treated, control, treated buyers, control buyers; and the strata's weights."""
    treated, control = [stratum.treated for stratum in strata], [stratum.control for stratum in strata]
    n, m, x, y = (
        np.array(counts, dtype=float)
        for counts in (
            [group.people for group in treated],
            [group.people for group in control],
            [group.buyers for group in treated],
            [group.buyers for group in control],
        )
    )
    return n, m, x, y, n / n.sum()
