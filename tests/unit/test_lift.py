"""The statistics of lift: published examples, scipy's and statsmodels' own answers, strata, edges."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from muster.lift import Group, Stratum, compare_means, compare_rates, smallest_effect, split_p_value, wilson
from muster.policy import Policy
from muster.settings import DBT_PROJECT
from scipy import stats

FEWEST_BUYERS = Policy.read(DBT_PROJECT / "seeds" / "policy").whole("revenue_verdict_min_buyers")
EXACT = {"rel": 1e-9, "abs": 1e-9}
COUNTS = st.integers(2, 5000).flatmap(lambda people: st.tuples(st.integers(0, people), st.just(people)))
CENTS = st.lists(st.integers(-10_000, 5_000_000), min_size=2, max_size=40)


def group(spends: Sequence[int], buyers: int = 0) -> Group:
    """A group by what each spent, in cents."""
    return Group(len(spends), buyers, sum(spends), sum(spend**2 for spend in spends))


def bought(buyers: int, people: int) -> Group:
    return Group(people, buyers, 0, 0)


def stratum(treated: tuple[int, int], control: tuple[int, int]) -> Stratum:
    """Buyers and people of either group."""
    return Stratum(bought(*treated), bought(*control))


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_own_examples(treated: tuple[int, int], control: tuple[int, int], low: float, high: float) -> None:
    """Newcombe (1998), table II, method 10."""
    found = compare_rates([stratum(treated, control)])
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("treated", "control", "low", "high", "p_value"),
    [
        ((56, 70), (48, 80), 0.05243147240236498, 0.33387265403690614, 0.00804508136819656),
        ((5, 56), (0, 29), -0.038137147903536936, 0.19256001385511165, 0.09718656817057973),
        ((10, 10), (0, 20), 0.6790860371419145, 1.0, 4.320463057827506e-08),
        ((130, 1800), (9, 200), -0.01264211964375106, 0.05198911377575784, 0.1509507880455489),
        ((3, 4000), (1, 400), -0.013283907630007783, 0.0007696365610000281, 0.26816397899171873),
    ],
)
def test_rates_as_statsmodels_has_them(
    treated: tuple[int, int], control: tuple[int, int], low: float, high: float, p_value: float
) -> None:
    """statsmodels 0.15.0: confint_proportions_2indep(method="newcomb") and proportions_ztest."""
    found = compare_rates([stratum(treated, control)])
    assert (found.low, found.high, found.p_value) == pytest.approx((low, high, p_value), **EXACT)


def test_means_as_statsmodels_has_them() -> None:
    """statsmodels 0.15.0: CompareMeans.tconfint_diff and ttest_ind with usevar="unequal"."""
    treated = group([0, 0, 0, 1250, 8000, 0, 0, 3333, 0, 14999])
    found = compare_means([Stratum(treated, group([0, 0, 2000, 0, 0, 0, 1]))])
    assert (found.low, found.high, found.p_value) == pytest.approx(
        (-11.334379946981926, 60.78123708983907, 0.15666877119611294), **EXACT
    )


@given(COUNTS)
def test_wilson_is_scipys(counts: tuple[int, int]) -> None:
    buyers, people = counts
    reference = stats.binomtest(buyers, people).proportion_ci(0.95, method="wilson")
    assert [float(limit) for limit in wilson(buyers, people)] == pytest.approx([reference.low, reference.high], **EXACT)


@given(COUNTS, COUNTS)
def test_rates_by_scipys_parts(treated: tuple[int, int], control: tuple[int, int]) -> None:
    """Newcombe's formula over scipy's Wilson limits; z squared is the chi-square of the table without correction."""
    found = compare_rates([stratum(treated, control)])
    p, q = treated[0] / treated[1], control[0] / control[1]
    of_p, of_q = (stats.binomtest(*counts).proportion_ci(0.95, method="wilson") for counts in (treated, control))
    assert found.difference == pytest.approx(p - q, **EXACT)
    assert found.low == pytest.approx(p - q - np.hypot(p - of_p.low, of_q.high - q), **EXACT)
    assert found.high == pytest.approx(p - q + np.hypot(of_p.high - p, q - of_q.low), **EXACT)
    buyers, idle = treated[0] + control[0], treated[1] - treated[0] + control[1] - control[0]
    if min(buyers, idle) == 0:
        assert found.p_value == 1
    else:
        table = [[treated[0], treated[1] - treated[0]], [control[0], control[1] - control[0]]]
        assert found.p_value == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, **EXACT)


@given(CENTS, CENTS)
def test_means_are_scipys(treated: list[int], control: list[int]) -> None:
    found = compare_means([Stratum(group(treated), group(control))])
    assert found.difference == pytest.approx((np.mean(treated) - np.mean(control)) / 100, **EXACT)
    if len(set(treated)) == len(set(control)) == 1:
        assert (found.low, found.high, found.p_value) == (None, None, None)
    else:
        reference = stats.ttest_ind(np.array(treated) / 100, np.array(control) / 100, equal_var=False)
        interval = reference.confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((interval.low, interval.high), **EXACT)
        assert found.p_value == pytest.approx(reference.pvalue, **EXACT)


@given(st.lists(st.integers(0, 3000), min_size=2, max_size=6), st.lists(st.integers(1, 9), min_size=6, max_size=6))
def test_the_split_is_scipys(people: list[int], weights: list[int]) -> None:
    found = split_p_value(people, weights[: len(people)])
    if sum(people) == 0:
        assert found is None
        return
    expected = sum(people) * np.array(weights[: len(people)]) / sum(weights[: len(people)])
    assert found == pytest.approx(stats.chisquare(people, expected).pvalue, **EXACT)


def test_money_keeps_its_cents_whatever_its_size() -> None:
    """A million people with ten million each and one cent between them: the variance of 0 and 1 cent, n / 4 (n - 1)."""
    n, base = 1_000_000, 1_000_000_000
    halves = Group(n, 0, n * base + n // 2, n // 2 * base**2 + n // 2 * (base + 1) ** 2)
    assert halves.mean == pytest.approx(10_000_000.005, rel=1e-15)
    assert halves.variance == pytest.approx(n / (4 * (n - 1)) / 10_000, rel=1e-15)


def test_strata_of_one_treatment_add_up() -> None:
    """By hand: of 100 treated in one tier 10 buy against 5 of 50, of 300 in the other 60 against 3 of 30.

    Weights 1/4 and 3/4: 0.1/4 + 0.2*3/4 = 0.175 against 0.1, and 400 times 0.075 are the 0 and 30 more of the tiers.
    """
    tiers = [stratum((10, 100), (5, 50)), stratum((60, 300), (3, 30))]
    found = compare_rates(tiers)
    assert (found.treated, found.control) == pytest.approx((0.175, 0.1), **EXACT)
    parts = [compare_rates([tier]) for tier in tiers]
    below = np.hypot(*(w * (part.difference - part.low) for w, part in zip((0.25, 0.75), parts, strict=True)))
    above = np.hypot(*(w * (part.high - part.difference) for w, part in zip((0.25, 0.75), parts, strict=True)))
    assert (found.low, found.high) == pytest.approx((0.075 - below, 0.075 + above), **EXACT)


def test_a_tier_that_holds_out_less_does_not_feign_an_effect() -> None:
    """Good customers, few of whom are held out, buy more, treated or not; counted together they look like a success."""
    tiers = [stratum((570, 1900), (30, 100)), stratum((50, 1000), (50, 1000))]
    together = compare_rates([stratum((620, 2900), (80, 1100))])
    assert together.low > 0.1
    found = compare_rates(tiers)
    assert found.difference == pytest.approx(0, abs=1e-12)
    assert found.verdict == "cannot_tell_yet"


def test_equal_strata_are_as_good_as_one_for_means() -> None:
    """Two strata alike: the deviation is that of one over the root of two, with twice its degrees of freedom."""
    one = Stratum(group([0, 500, 900, 100]), group([0, 200, 300]))
    single, double = compare_means([one]), compare_means([one, one])
    assert double.difference == pytest.approx(single.difference, **EXACT)
    n, m = one.treated, one.control
    terms = np.array([n.variance / n.people, m.variance / m.people])
    freedom = terms.sum() ** 2 / (terms**2 / [n.people - 1, m.people - 1]).sum()
    half = stats.t.ppf(0.975, 2 * freedom) * np.sqrt(terms.sum() / 2)
    assert double.high - double.difference == pytest.approx(half, **EXACT)


@pytest.mark.parametrize(("rate", "treated", "control"), [(0.05, 9000, 1000), (0.4, 500, 500), (0.01, 1800, 200)])
def test_the_smallest_effect_is_found_four_times_in_five(rate: float, treated: int, control: int) -> None:
    effect = smallest_effect([stratum((0, treated), (round(rate * control), control))])
    chance = np.random.default_rng(1)
    x, y = chance.binomial(treated, rate + effect, 20_000), chance.binomial(control, rate, 20_000)
    pooled = (x + y) / (treated + control)
    deviation = np.sqrt(pooled * (1 - pooled) * (1 / treated + 1 / control))
    found = np.abs(x / treated - y / control) / np.maximum(deviation, 1e-12) > stats.norm.ppf(0.975)
    assert found.mean() == pytest.approx(0.80, abs=0.03)


def test_the_smallest_effect_of_nobody_and_of_everybody() -> None:
    assert smallest_effect([stratum((0, 1000), (0, 1000))]) == pytest.approx(0.0078, abs=0.0002)
    assert smallest_effect([stratum((5, 10), (10, 10))]) is None
    assert smallest_effect([stratum((1, 2), (1, 2))]) is None


@pytest.mark.parametrize(
    ("treated", "control", "verdict"),
    [
        ((200, 1000), (10, 100), "works"),
        ((50, 1000), (20, 100), "harms"),
        ((101, 1000), (10, 100), "cannot_tell_yet"),
        ((0, 1000), (0, 100), "cannot_tell_yet"),
    ],
)
def test_verdicts(treated: tuple[int, int], control: tuple[int, int], verdict: str) -> None:
    assert compare_rates([stratum(treated, control)]).verdict == verdict


@pytest.mark.parametrize(("treated", "control", "comparable"), [(2, 2, True), (1, 9, False), (9, 1, False)])
def test_one_alone_is_not_compared(treated: int, control: int, comparable: bool) -> None:
    assert stratum((0, treated), (0, control)).is_comparable is comparable


@pytest.mark.parametrize(("buyers", "least", "most"), [(10, 0.85, 0.91), (FEWEST_BUYERS, 0.93, 0.97)])
def test_welch_needs_buyers(buyers: int, least: float, most: float) -> None:
    """No effect, nine times as many treated, one in twenty buys, spends lognormal (sigma 1): does it hold zero?

    What the policy's revenue_verdict_min_buyers is for.
    """
    chance, control = np.random.default_rng(5), 20 * buyers

    def spends(people: int) -> Group:
        number = int(chance.binomial(people, 0.05))
        cents = np.round(100 * chance.lognormal(4, 1, number)).astype(int)
        return Group(people, number, int(cents.sum()), int((cents**2).sum()))

    found = [compare_means([Stratum(spends(9 * control), spends(control))]) for _ in range(2000)]
    assert least < np.mean([one.low <= 0 <= one.high for one in found]) < most
