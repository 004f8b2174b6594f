"""What customers are worth: BG/NBD and MBG/NBD for purchases to come, Gamma-Gamma for spend a purchase.

Pure functions over arrays. A customer is (x, t_x, T): x repeat purchases, the last one t_x weeks and today T weeks
after the first purchase. Customers with equal numbers are one row with a count, so that ten million customers are
some million rows at most. Fits are maximum likelihood with analytic gradients over the parameters' logarithms, from a
start that the data give: the same rows, the same parameters.

Purchases come at a customer's own rate, Gamma(r, alpha); at each chance the customer leaves for good with a
probability of its own, Beta(a, b). The models differ in the chances alone: BG/NBD has one after every repeat purchase,
MBG/NBD one after the first purchase too, so that one-time buyers may be gone. With y chances survived,

    likelihood = G(r+x)/G(r) alpha^r (U + V)
    U = B(a, b+y)/B(a, b) / (alpha+T)^(r+x)                 still there
    V = B(a+1, b+y-1)/B(a, b) / (alpha+t_x)^(r+x)           left after the last purchase; none where y = 0

Fader, Hardie, Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2): BG/NBD.
Batislam, Denizel, Filiztekin (2007), Empirical validation ..., Int. J. of Research in Marketing 24(3): MBG/NBD.
Fader, Hardie (2013), The Gamma-Gamma model of monetary value, brucehardie.com/notes/025.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1

PURCHASE_PARAMETERS = ("r", "alpha", "a", "b")
SPEND_PARAMETERS = ("p", "q", "v")
CHANCES_BEFORE_REPEATS = {"bg_nbd": 0, "mbg_nbd": 1}
"""Purchase model -> chances to leave that every customer has had before the first repeat purchase."""
SPEND_MODEL = "gamma_gamma"
MODELS = (*CHANCES_BEFORE_REPEATS, SPEND_MODEL)

LOWEST, HIGHEST = 1e-4, 1e4
"""Bounds of every parameter, alpha in mean waits and v in mean spends. At one of them the model is its own limit: a at
the lowest says that nobody leaves, r at the highest that all buy at one rate."""
STEEPEST = 1e-5
"""A fit has converged where no parameter's logarithm changes the mean log-likelihood by more than this per unit."""
NEAR_ONE = 1e-6

Floats = NDArray[np.float64]
Likelihood = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True)
class Fit:
    """parameters: name -> value, alpha in weeks, v in the currency. converged: whether they may be used."""

    model: str
    parameters: dict[str, float]
    log_likelihood: float
    customers: int
    repeat_customers: int
    converged: bool


def fit_purchases(model: str, x: ArrayLike, t_x: ArrayLike, age: ArrayLike, customers: ArrayLike) -> Fit:
    """Fit `bg_nbd` or `mbg_nbd` to states x, t_x, T (weeks), `customers` of each; four arrays of one length.

    Time is measured in mean waits for a purchase, so that one start serves every shop. Without a repeat purchase
    nothing can be told: not converged.
    """
    x, t_x, age, customers = _arrays(x, t_x, age, customers)
    repeat_customers = int(customers[x > 0].sum())
    if not repeat_customers:
        return _no_fit(model, PURCHASE_PARAMETERS, int(customers.sum()), repeat_customers)
    purchases = float((customers * x).sum())
    wait = float((customers * age).sum()) / purchases
    log_likelihood = purchase_log_likelihood(model, x, t_x / wait, age / wait, customers)
    found, best, converged = _maximise(log_likelihood, np.array([1.0, 1.0, 1.0, 2.0]), customers.sum())
    parameters = dict(zip(PURCHASE_PARAMETERS, (found * [1, wait, 1, 1]).tolist(), strict=True))
    return Fit(
        model, parameters, best - purchases * float(np.log(wait)), int(customers.sum()), repeat_customers, converged
    )


def fit_spend(x: ArrayLike, spend: ArrayLike, customers: ArrayLike) -> Fit:
    """Fit `gamma_gamma` to the spend of x repeat purchases together, `customers` of each; rows with x = 0 tell nothing.

    Spend is measured in its mean, so that one start serves every currency.
    """
    x, spend, customers = _arrays(x, spend, customers)
    x, spend, customers = x[x > 0], spend[x > 0], customers[x > 0]
    count = int(customers.sum())
    if not count or (spend <= 0).any():
        return _no_fit(SPEND_MODEL, SPEND_PARAMETERS, count, count)
    mean = float((customers * spend).sum() / (customers * x).sum())
    log_likelihood = spend_log_likelihood(x, spend / mean, customers)
    found, best, converged = _maximise(log_likelihood, np.array([2.0, 3.0, 1.0]), count)
    parameters = dict(zip(SPEND_PARAMETERS, (found * [1, 1, mean]).tolist(), strict=True))
    return Fit(SPEND_MODEL, parameters, best - count * float(np.log(mean)), count, count, converged)


def purchase_log_likelihood(model: str, x: Floats, t_x: Floats, age: Floats, customers: Floats) -> Likelihood:
    """log-parameters (r, alpha, a, b) -> log-likelihood and its gradient.

    What depends on x, t_x or T alone is computed once per distinct value: gamma functions are dear.
    """
    (xs, at_x), (t_xs, at_t_x), (ages, at_age) = (np.unique(v, return_inverse=True) for v in (x, t_x, age))
    survived = xs + CHANCES_BEFORE_REPEATS[model]
    may_be_gone = survived > 0
    per_x = np.bincount(at_x, weights=customers)
    total = float(customers.sum())

    def value(log_parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(log_parameters)
        stay = betaln(a, b + survived) - betaln(a, b)
        leave = np.full_like(stay, -np.inf)
        leave[may_be_gone] = betaln(a + 1, b + survived[may_be_gone] - 1) - betaln(a, b)
        purchases, log_age, log_t_x = (r + xs)[at_x], np.log(alpha + ages)[at_age], np.log(alpha + t_xs)[at_t_x]
        log_there = stay[at_x] - purchases * log_age
        log_gone = leave[at_x] - purchases * log_t_x
        either = np.logaddexp(log_there, log_gone)
        gone = np.exp(log_gone - either)
        rates = gammaln(r + xs) - gammaln(r) + r * np.log(alpha)
        result = float((per_x * rates).sum() + (customers * either).sum())

        weighted = customers * (log_age + gone * (log_t_x - log_age))
        by_age, by_t_x = (1 / (alpha + ages))[at_age], (1 / (alpha + t_xs))[at_t_x]
        pulled = customers * purchases * (by_age + gone * (by_t_x - by_age))
        gone_per_x = np.bincount(at_x, weights=customers * gone)
        both = digamma(a + b) - digamma(a + b + survived)
        kept = digamma(b + survived) - digamma(b)
        # one chance less was survived by those who left
        left_b = 1 / (b + np.maximum(survived - 1, 0))
        gradient = np.array(
            [
                (per_x * (digamma(r + xs) - digamma(r))).sum() + total * np.log(alpha) - weighted.sum(),
                total * r / alpha - pulled.sum(),
                (per_x * both).sum() + gone_per_x.sum() / a,
                (per_x * (both + kept)).sum() - (gone_per_x * left_b).sum(),
            ]
        )
        return result, gradient * (r, alpha, a, b)

    return value


def spend_log_likelihood(x: Floats, spend: Floats, customers: Floats) -> Likelihood:
    """log-parameters (p, q, v) -> log-likelihood of the mean spends spend / x, and its gradient."""
    xs, at_x = np.unique(x, return_inverse=True)
    per_x, total = np.bincount(at_x, weights=customers), float(customers.sum())
    log_spend = np.log(spend)
    log_means = float((customers * (log_spend - np.log(x))).sum())

    def value(log_parameters: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(log_parameters)
        shape = p * xs + q
        log_sum = np.log(v + spend)
        terms = gammaln(shape) - gammaln(p * xs) - gammaln(q) + q * np.log(v)
        rest = (p * x) * (log_spend - log_sum) - q * log_sum
        result = float((per_x * terms).sum() + (customers * rest).sum()) - log_means
        of_p = (per_x * xs * (digamma(shape) - digamma(p * xs))).sum() + (customers * x * (log_spend - log_sum)).sum()
        of_q = (per_x * (digamma(shape) - digamma(q))).sum() + total * np.log(v) - (customers * log_sum).sum()
        of_v = total * q / v - (customers * (p * x + q) / (v + spend)).sum()
        return result, np.array([of_p * p, of_q * q, of_v * v])

    return value


def p_alive(model: str, parameters: Mapping[str, float], x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Floats:
    """Probability that the customer has not left for good, after (x, t_x, T) in weeks; shapes are broadcast."""
    x, t_x, age = np.broadcast_arrays(*_arrays(x, t_x, age))
    r, alpha, a, b = (parameters[name] for name in PURCHASE_PARAMETERS)
    survived = x + CHANCES_BEFORE_REPEATS[model]
    odds = np.log(a / (b + np.maximum(survived, 1) - 1)) + (r + x) * np.log((alpha + age) / (alpha + t_x))
    return np.where(survived > 0, expit(-odds), 1.0)


def expected_purchases(
    model: str, parameters: Mapping[str, float], weeks: float, x: ArrayLike, age: ArrayLike
) -> Floats:
    """Expected purchases in the coming `weeks` of a customer who has not left; times p_alive: of any customer.

    E[(1 - (1 + p t/(alpha+T))^-(r+x)) / p] over p ~ Beta(a, b+y), in its closed form. That has a removable pole at
    a = 1, where the mean of two neighbours stands for it.
    """
    x, age = np.broadcast_arrays(*_arrays(x, age))
    r, alpha, a, b = (parameters[name] for name in PURCHASE_PARAMETERS)
    if abs(a - 1) < NEAR_ONE:
        sides = [expected_purchases(model, {**parameters, "a": 1 + side}, weeks, x, age) for side in (-1e-4, 1e-4)]
        return np.mean(sides, axis=0)
    kept = b + x + CHANCES_BEFORE_REPEATS[model]
    until = alpha + age + weeks
    silent = ((alpha + age) / until) ** (r + x) * hyp2f1(r + x, kept, a + kept - 1, weeks / until)
    return (a + kept - 1) / (a - 1) * (1 - silent)


def expected_spend(parameters: Mapping[str, float], x: ArrayLike, spend: ArrayLike) -> Floats:
    """Expected spend of a purchase to come, after x repeat purchases of `spend` together; q <= 1 has no mean: nan."""
    x, spend = _arrays(x, spend)
    p, q, v = (parameters[name] for name in SPEND_PARAMETERS)
    if q <= 1:
        return np.full(np.broadcast_shapes(x.shape, spend.shape), np.nan)
    return p * (v + spend) / (p * x + q - 1)


def _arrays(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.asarray(value, dtype=np.float64) for value in values)


def _no_fit(model: str, names: tuple[str, ...], customers: int, repeat_customers: int) -> Fit:
    return Fit(model, dict.fromkeys(names, np.nan), np.nan, customers, repeat_customers, converged=False)


def _maximise(log_likelihood: Likelihood, start: Floats, customers: float) -> tuple[Floats, float, bool]:
    """(parameters, log-likelihood, whether it is a maximum within the bounds)."""

    def loss(log_parameters: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(log_parameters)
        return -value / customers, -gradient / customers

    low, high = np.log(LOWEST), np.log(HIGHEST)
    first = np.clip(np.log(start), low, high)
    options = {"maxiter": 1000, "maxfun": 2000, "ftol": 0.0, "gtol": 1e-9, "maxcor": 20}
    found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=[(low, high)] * start.size, options=options)
    slope = np.asarray(found.jac)
    free = ~((found.x <= low) & (slope > 0) | (found.x >= high) & (slope < 0))
    converged = bool(np.isfinite(found.fun) and np.abs(slope[free]).max(initial=0.0) <= STEEPEST)
    return np.clip(np.exp(found.x), LOWEST, HIGHEST), -float(found.fun) * float(customers), converged
