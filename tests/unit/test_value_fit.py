"""When a fit of the value models is due, and what is none. Nights with fits: tests/slow/test_value_nights.py."""

from datetime import date, timedelta

import pytest
from muster import value_fit
from muster.value_model import MODELS, Fit


@pytest.mark.parametrize(
    ("as_of_date", "fitted", "due"),
    [
        ("2024-03-03", None, True),
        ("2024-03-06", None, True),  # never fitted: any day will do
        ("2024-03-03", "2024-02-25", True),  # Sunday
        ("2024-03-03", "2024-03-02", True),
        ("2024-03-04", "2024-03-03", False),
        ("2024-03-09", "2024-03-03", False),
        ("2024-03-09", "2024-03-02", True),  # Sunday's night was left out, or failed
        ("2024-03-10", "2024-03-03", True),
        ("2024-04-10", "2024-04-07", False),
    ],
)
def test_due_when_a_sunday_has_come_since_the_fit(as_of_date: str, fitted: str | None, due: bool) -> None:
    known = {} if fitted is None else dict.fromkeys(MODELS, date.fromisoformat(fitted))
    assert value_fit.due_models(date.fromisoformat(as_of_date), 7, known) == (list(MODELS) if due else [])


@pytest.mark.parametrize("weekday", range(1, 8))
def test_every_weekday_comes_once_a_week(weekday: int) -> None:
    fitted, nights = date(2024, 2, 29), [date(2024, 3, 1) + timedelta(days=day) for day in range(14)]
    fits = []
    for night in nights:
        if value_fit.due_models(night, weekday, dict.fromkeys(MODELS, fitted)):
            fitted = night
            fits.append(night)
    assert [night.isoweekday() for night in fits] == [weekday, weekday]


def test_a_model_is_due_by_its_own_fit() -> None:
    fitted = {"bg_nbd": date(2024, 3, 3), "gamma_gamma": date(2024, 2, 25)}
    assert value_fit.due_models(date(2024, 3, 5), 7, fitted) == ["mbg_nbd", "gamma_gamma"]


@pytest.mark.parametrize(
    ("parameters", "converged"),
    [({"r": 0.5}, False), ({"r": 1e15}, True), ({"r": float("nan")}, False)],
)
def test_what_is_no_fit_is_a_reason(parameters: dict, converged: bool) -> None:
    fit = Fit("bg_nbd", parameters, -1.0, 9, 3, converged)
    assert value_fit.fitted_rows(fit) == [{"model": "bg_nbd", "reason_code": "fit_failed"}]
