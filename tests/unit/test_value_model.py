"""The value models: gradients, the papers' formulas by other ways, known parameters found again, edges."""

import numpy as np
import pytest
from muster.value_model import (
    CHANCES_BEFORE_REPEATS,
    HIGHEST,
    LOWEST,
    Fit,
    expected_purchases,
    expected_spend,
    fit_purchases,
    fit_spend,
    p_alive,
    purchase_log_likelihood,
    spend_log_likelihood,
)
from scipy import special

MODELS = sorted(CHANCES_BEFORE_REPEATS)
PARAMETERS = {"r": 0.55, "alpha": 6.0, "a": 0.9, "b": 1.6}
# x, t_x, T in weeks: bought once long ago, today, just now again, now and then, often, more often than days in a year
STATES = np.array(
    [(0, 0, 60), (0, 0, 0), (1, 40, 40), (2, 30.43, 38.86), (7, 10, 60), (500, 90, 100)], dtype=float
).T  # fmt: skip


def lived(customers: int, model: str, seed: int) -> tuple[np.ndarray, ...]:
    """Customers who live as the model says, one by one: x, t_x, T and a count of 1 each."""
    chance = np.random.default_rng(seed)
    x, t_x, age = np.zeros(customers), np.zeros(customers), chance.uniform(0, 156, customers)
    for n in range(customers):
        rate = chance.gamma(PARAMETERS["r"], 1 / PARAMETERS["alpha"])
        leaves = chance.beta(PARAMETERS["a"], PARAMETERS["b"])
        now = 0.0
        if model == "mbg_nbd" and chance.random() < leaves:
            continue
        while (now := now + chance.exponential(1 / rate)) <= age[n]:
            x[n], t_x[n] = x[n] + 1, now
            if chance.random() < leaves:
                break
    return x, t_x, age, np.ones(customers)


def slopes(log_likelihood, at: np.ndarray) -> list[float]:
    steps = np.eye(at.size) * 1e-5
    return [(log_likelihood(at + step)[0] - log_likelihood(at - step)[0]) / 2e-5 for step in steps]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("log_parameters", [(-0.5, 1.8, -0.1, 0.5), (1.0, -1.0, 3.0, 2.0), (-3.0, 4.0, -4.0, -2.0)])
def test_the_gradient_is_that_of_the_log_likelihood(model: str, log_parameters: tuple[float, ...]) -> None:
    log_likelihood = purchase_log_likelihood(model, *STATES, np.array([5.0, 1, 2, 3, 4, 1]))
    at = np.array(log_parameters)
    assert log_likelihood(at)[1] == pytest.approx(slopes(log_likelihood, at), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("log_parameters", [(1.8, 1.3, 2.7), (-1.0, -0.5, 0.0), (3.0, 3.0, 0.5)])
def test_the_gradient_of_spend_is_that_of_its_log_likelihood(log_parameters: tuple[float, ...]) -> None:
    log_likelihood = spend_log_likelihood(np.array([1.0, 2, 9]), np.array([3.0, 80, 1000]), np.array([2.0, 1, 4]))
    at = np.array(log_parameters)
    assert log_likelihood(at)[1] == pytest.approx(slopes(log_likelihood, at), rel=1e-6, abs=1e-6)


def individual(model: str, rate: float, leaves: float, x: float, t_x: float, age: float) -> tuple[float, float]:
    """Likelihood of a customer of known rate and chance to leave: still there, and left after the last purchase."""
    stays = (1 - leaves) ** (x + CHANCES_BEFORE_REPEATS[model])
    there = stays * rate**x * np.exp(-rate * age)
    chances = x + CHANCES_BEFORE_REPEATS[model]
    left = leaves * (1 - leaves) ** (chances - 1) * rate**x * np.exp(-rate * t_x) if chances else 0.0
    return there, left


def over_customers(function) -> float:
    """The mean of function(rate, leaves) over the model's gamma and beta, by numbers alone.

    Gauss-Legendre in the quantiles, whose fourth powers take the poles at zero away.
    """
    nodes, weights = special.roots_legendre(400)
    u, weights = (nodes + 1) / 2, weights / 2
    rates = special.gammaincinv(PARAMETERS["r"], u**4)[:, None] / PARAMETERS["alpha"]
    chances = special.betaincinv(PARAMETERS["a"], PARAMETERS["b"], u**4)[None, :]
    densities = (4 * u**3 * weights)[:, None] * (4 * u**3 * weights)[None, :]
    return float((function(rates, chances) * densities).sum())


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("state", [(0, 0, 60), (0, 0, 0), (1, 40, 40), (2, 30.43, 38.86)])
def test_likelihood_p_alive_and_expectation_are_the_integrals_that_they_stand_for(model: str, state: tuple) -> None:
    """What the closed forms integrate, integrated over rates and chances to leave by quadrature."""
    x, _, age = state
    weeks = 12.0
    there = over_customers(lambda rate, leaves: individual(model, rate, leaves, *state)[0])
    left = over_customers(lambda rate, leaves: individual(model, rate, leaves, *state)[1])
    # of those still there: one purchase after the other, each a chance to leave
    to_come = over_customers(
        lambda rate, leaves: individual(model, rate, leaves, *state)[0] * (1 - np.exp(-rate * leaves * weeks)) / leaves
    )
    log_likelihood, _ = purchase_log_likelihood(model, *([np.array([float(v)]) for v in state]), np.ones(1))(
        np.log(list(PARAMETERS.values()))
    )
    assert np.exp(log_likelihood) == pytest.approx(there + left, rel=1e-5)
    assert p_alive(model, PARAMETERS, *state) == pytest.approx(there / (there + left), rel=1e-5)
    assert expected_purchases(model, PARAMETERS, weeks, x, age) == pytest.approx(to_come / there, rel=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_known_parameters_are_found_again(model: str) -> None:
    fit = fit_purchases(model, *lived(20_000, model, seed=11))
    assert fit.converged
    assert fit.customers == 20_000
    assert fit.parameters == pytest.approx(PARAMETERS, rel=0.15)
    other = fit_purchases(next(m for m in MODELS if m != model), *lived(20_000, model, seed=11))
    assert other.log_likelihood < fit.log_likelihood - 3


def test_known_parameters_of_spend_are_found_again() -> None:
    chance = np.random.default_rng(5)
    x = chance.integers(0, 9, 20_000)
    scales = chance.gamma(4.0, 1 / 15.0, x.size)
    spend = np.where(x > 0, chance.gamma(np.maximum(6.0 * x, 1), 1 / scales), 0)
    fit = fit_spend(x, spend, np.ones(x.size))
    assert fit.converged
    assert fit.customers == fit.repeat_customers == (x > 0).sum()
    assert fit.parameters == pytest.approx({"p": 6.0, "q": 4.0, "v": 15.0}, rel=0.1)


@pytest.mark.parametrize("model", MODELS)
def test_counts_are_repeated_rows_and_the_order_of_rows_is_nothing(model: str) -> None:
    x, t_x, age, ones = lived(300, model, seed=3)
    states, counts = np.unique(np.floor([x, t_x, age]), axis=1, return_counts=True)
    one_by_one = fit_purchases(model, *np.floor([x, t_x, age]), ones)
    together = fit_purchases(model, *states, counts)
    assert together.parameters == pytest.approx(one_by_one.parameters, rel=1e-4)
    assert together.log_likelihood == pytest.approx(one_by_one.log_likelihood, abs=1e-6)
    assert fit_purchases(model, *states, counts) == together  # to the last bit


def test_the_unit_of_money_and_of_time_is_nothing() -> None:
    x, t_x, age, ones = lived(2_000, "mbg_nbd", seed=4)
    weeks, minutes = (fit_purchases("mbg_nbd", x, t_x * unit, age * unit, ones) for unit in (1, 10_080))
    assert minutes.converged
    assert minutes.parameters == pytest.approx(
        weeks.parameters | {"alpha": weeks.parameters["alpha"] * 10_080}, rel=1e-4
    )
    spend = np.where(x > 0, x * (20 + np.arange(x.size) % 37), 0)
    pounds, pence = (fit_spend(x, spend * unit, ones) for unit in (1, 100))
    assert pence.parameters == pytest.approx(pounds.parameters | {"v": pounds.parameters["v"] * 100}, rel=1e-4)
    assert pence.log_likelihood == pytest.approx(pounds.log_likelihood - pounds.customers * np.log(100))


def test_nobody_who_came_back_is_no_fit() -> None:
    for fit in (fit_purchases("bg_nbd", [0, 0], [0, 0], [5, 0], [3, 4]), fit_spend([0, 0], [0, 0], [3, 4])):
        assert not fit.converged
        assert np.isnan(list(fit.parameters.values())).all()
        assert fit.repeat_customers == 0


def test_a_spend_of_nothing_is_no_fit() -> None:
    assert not fit_spend([1, 2], [0, 10], [1, 1]).converged


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "state", [(3, 10, 15), (3, 15, 15), (1, 1, 2), (900, 900, 1000)], ids=["alike", "just now", "once", "often"]
)
def test_customers_who_are_all_alike_end_at_the_bounds(model: str, state: tuple) -> None:
    """No difference between customers: the gamma's shape has no end, and the fit says so by its bound."""
    fit = fit_purchases(model, *([np.full(200, float(v)) for v in state]), np.ones(200))
    assert np.isfinite(fit.log_likelihood)
    assert fit.parameters["r"] > HIGHEST / 10
    assert all(LOWEST <= fit.parameters[name] <= HIGHEST for name in ("r", "a", "b"))
    if fit.converged:
        assert 0 <= p_alive(model, fit.parameters, *state) <= 1
        assert np.isfinite(expected_purchases(model, fit.parameters, 13, state[0], state[2]))


def test_a_fit_that_stopped_on_its_way_has_not_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    from muster import value_model

    minimize = value_model.minimize
    monkeypatch.setattr(value_model, "minimize", lambda *a, **k: minimize(*a, **k | {"options": {"maxiter": 2}}))
    fit = fit_purchases("mbg_nbd", *lived(300, "mbg_nbd", seed=3))
    assert isinstance(fit, Fit)
    assert not fit.converged


def test_p_alive_at_its_ends() -> None:
    assert p_alive("bg_nbd", PARAMETERS, 0, 0, 500) == 1  # no chance to leave yet
    assert p_alive("mbg_nbd", PARAMETERS, 0, 0, 0) == pytest.approx(1.6 / (0.9 + 1.6))
    assert p_alive("bg_nbd", PARAMETERS, 4, 9, 9) == pytest.approx((1.6 + 3) / (0.9 + 1.6 + 3))
    assert p_alive("mbg_nbd", PARAMETERS, 5000, 1, 5000) == 0
    fading = p_alive("mbg_nbd", PARAMETERS, 2, 30, np.arange(30, 300))
    assert (np.diff(fading) < 0).all()


@pytest.mark.parametrize("model", MODELS)
def test_expected_purchases_at_their_ends(model: str) -> None:
    assert expected_purchases(model, PARAMETERS, 0, [0, 3], [9, 9]) == pytest.approx([0, 0])
    rate = (PARAMETERS["r"] + 3) / (PARAMETERS["alpha"] + 9)
    assert expected_purchases(model, PARAMETERS, 1e-4, 3, 9) == pytest.approx(rate * 1e-4, rel=1e-4)
    sides = [expected_purchases(model, PARAMETERS | {"a": 1 + side}, 13, 3, 9) for side in (-1e-3, 0, 1e-3)]
    assert sides[1] == pytest.approx((sides[0] + sides[2]) / 2, rel=1e-6)  # no pole at a = 1


def test_expected_spend_lies_between_ones_own_and_all() -> None:
    parameters = {"p": 6.25, "q": 3.74, "v": 15.44}
    of_all = 6.25 * 15.44 / 2.74
    assert expected_spend(parameters, 0, 0) == pytest.approx(of_all)
    few, many = expected_spend(parameters, [1, 100], [100, 100 * 100])
    assert of_all < few < many < 100
    assert np.isnan(expected_spend(parameters | {"q": 1.0}, [0, 1], [0, 5])).all()
