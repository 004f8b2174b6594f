"""CDNOW's sample: the fitter gives the papers' parameters, the pipeline their customers, SQL what Python gives."""

import csv
import gzip
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pytest
from muster import candidate as candidates
from muster import explain, nightly, release
from muster.engines import engine_of
from muster.value_model import (
    CHANCES_BEFORE_REPEATS,
    PURCHASE_PARAMETERS,
    SPEND_PARAMETERS,
    expected_purchases,
    expected_spend,
    fit_purchases,
    fit_spend,
    p_alive,
)
from support.shops import Shop

DATA = Path(__file__).parent / "data" / "cdnow"
AS_OF, LAST_DAY = "1997-09-30", "19970930"
CENT, MILLIONTH = 0.005001, 0.000000501  # half of the last digit
CUSTOMER = (2, 30.43, 38.86)  # the papers' example
MAPPING = {
    "business_timezone": "America/New_York",
    "currency": "USD",
    "feeds": {
        "order_lines": {
            "columns": {
                "order_id": {"sql": "customer || '-' || day"},
                "user_id": "customer",
                "ordered_at": {"sql": "substr(day, 1, 4) || '-' || substr(day, 5, 2) || '-' || substr(day, 7, 2)"},
                "line_amount": "dollars",
            }
        }
    },
}


def published() -> dict[str, tuple[float, float, float]]:
    """Sample id -> x, t_x, T (weeks)."""
    with (DATA / "cdnow_sample_summary.csv").open() as stream:
        return {
            row["ID"]: tuple(float(row[k]) for k in ("frequency", "recency", "T")) for row in csv.DictReader(stream)
        }


def transactions() -> Iterator[dict[str, str]]:
    with gzip.open(DATA / "cdnow_sample.txt.gz", "rt") as stream:
        for line in stream:
            _, customer, day, _, dollars = line.split()
            yield {"customer": customer, "day": day, "dollars": dollars}


def repeat_days() -> dict[str, list[float]]:
    """Customer -> what each day but the first brought in the calibration period, days of zero dollars left out."""
    days: dict[str, dict[str, float]] = {}
    for row in transactions():
        if row["day"] <= LAST_DAY and float(row["dollars"]):
            nets = days.setdefault(row["customer"], {})
            nets[row["day"]] = nets.get(row["day"], 0) + float(row["dollars"])
    return {customer: [net for _, net in sorted(nets.items())[1:]] for customer, nets in days.items()}


@dataclass(frozen=True)
class Night:
    """The published night, and the SQL that dbt made of the models for it."""

    shop: Shop
    compiled: Path


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("cdnow")
    shop = Shop(folder / "landing", folder / "home").mapping(MAPPING)
    shop.csv("order_lines/sample.csv", list(transactions()))
    started = shop.start(AS_OF)
    for step in nightly.STEPS:
        if step == "publish":
            work = candidates.load(shop.settings, started.run).work
            shutil.copytree(work / "dbt_night" / "compiled" / "muster" / "models", folder / "compiled")
        nightly.run_step(started, step)
    return Night(shop, folder / "compiled")


def parameters(night: Night, model: str) -> dict[str, float]:
    sql = f"select parameter, value from marts.model_parameters where model = '{model}'"
    return {name: float(value) for name, value in night.shop.rows(sql)}


def test_the_fitter_gives_the_papers_bg_nbd() -> None:
    x, t_x, age = np.array(list(published().values())).T
    fit = fit_purchases("bg_nbd", x, t_x, age, np.ones(x.size))
    assert fit.converged
    assert (fit.customers, fit.repeat_customers) == (2357, 946)
    assert {name: f"{value:.3f}" for name, value in fit.parameters.items()} == {
        "r": "0.243", "alpha": "4.414", "a": "0.793", "b": "2.426",
    }  # fmt: skip
    assert fit.log_likelihood == pytest.approx(-9582.4, abs=0.1)
    alive = p_alive("bg_nbd", fit.parameters, *CUSTOMER)
    assert f"{alive:.3f}" == "0.727"
    assert f"{alive * expected_purchases('bg_nbd', fit.parameters, 39, 2, 38.86):.3f}" == "1.226"


def test_the_fitter_gives_the_papers_gamma_gamma() -> None:
    """Spend is the mean of the days after the first one."""
    repeats = list(repeat_days().values())
    fit = fit_spend([len(days) for days in repeats], [sum(days) for days in repeats], np.ones(len(repeats)))
    assert fit.converged
    assert fit.customers == 946
    assert {name: f"{value:.2f}" for name, value in fit.parameters.items()} == {"p": "6.25", "q": "3.74", "v": "15.44"}


def test_the_pipeline_gives_the_published_customers(night: Night) -> None:
    rows = night.shop.rows(
        "select user_id, repeat_purchases, days_to_last_purchase, customer_age_days from marts.customer_value"
    )
    # the summary's weeks are days / 7 to hundredths
    found = {str(int(user)): (x, round(t_x / 7, 2), round(age / 7, 2)) for user, x, t_x, age in rows}
    expected = published()
    assert len(found) == 2349
    assert {user: expected[user] for user in found} == found
    zero = {int(row["customer"]) for row in transactions()} - {int(customer) for customer in repeat_days()}
    assert zero == {int(user) for user in expected.keys() - found.keys()}
    assert len(zero) == 8


def test_the_pipelines_parameters_are_near_the_papers(night: Night) -> None:
    """Eight of 2,357 customers are missing, none of whom came back."""
    assert parameters(night, "bg_nbd") == pytest.approx({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, rel=0.01)
    assert parameters(night, "gamma_gamma") == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44}, rel=0.002)
    kept = night.shop.rows(
        "select distinct model, customers, repeat_customers, fitted_as_of_date from marts.model_parameters order by all"
    )
    assert [(model, customers, repeat, str(day)) for model, customers, repeat, day in kept] == [
        ("bg_nbd", 2349, 946, AS_OF), ("gamma_gamma", 946, 946, AS_OF), ("mbg_nbd", 2349, 946, AS_OF),
    ]  # fmt: skip


def test_sql_gives_every_customer_what_python_gives(night: Night) -> None:
    rows = night.shop.rows(
        """select user_id, model, repeat_purchases, days_to_last_purchase, customer_age_days, mean_repeat_spend,
            p_alive, expected_purchases_90d, expected_spend_per_purchase, expected_value_90d, reason_code
        from marts.customer_value"""
    )
    users, models, x, t_x, age, mean, alive, purchases, spend, value, reasons = zip(*rows, strict=True)
    assert set(models) == {"mbg_nbd"}
    assert set(reasons) == {None}
    x, t_x, age = (np.array(column, dtype=float) for column in (x, t_x, age))
    fitted, spent = parameters(night, "mbg_nbd"), parameters(night, "gamma_gamma")
    assert set(fitted) == set(PURCHASE_PARAMETERS)
    assert set(spent) == set(SPEND_PARAMETERS)
    there = p_alive("mbg_nbd", fitted, x, t_x / 7, age / 7)
    to_come = there * expected_purchases("mbg_nbd", fitted, 90 / 7, x, age / 7)
    days = repeat_days()
    repeat_spend = np.array([sum(days[user]) for user in users])
    per_purchase = expected_spend(spent, x, repeat_spend)
    own = np.divide(repeat_spend, x, out=np.full(x.size, np.nan), where=x > 0)
    assert np.array(mean, dtype=float) == pytest.approx(own, abs=CENT, nan_ok=True)
    assert np.array(alive, dtype=float) == pytest.approx(there, abs=MILLIONTH)
    assert np.array(purchases, dtype=float) == pytest.approx(to_come, abs=MILLIONTH)
    assert np.array(spend, dtype=float) == pytest.approx(per_purchase, abs=CENT)
    assert np.array(value, dtype=float) == pytest.approx(to_come * per_purchase, abs=CENT)


# r, alpha (weeks), a, b: the papers', at a fit's bounds, around the pole at a = 1, and far apart
PARAMETERS = [
    (0.243, 4.414, 0.793, 2.426), (0.55, 6.18, 1.0, 1.61), (0.8, 10, 1e-4, 1e4), (0.5, 0.05, 0.05, 0.05),
    (20, 100, 30, 2), (1e4, 5e4, 1e-4, 1e4), (1e4, 1e4, 1e4, 1e4), (0.5, 2, 1e-4, 1e-4), (0.01, 0.05, 1e4, 1e-4),
    (3, 0.05, 0.3, 500), (70, 0.14, 0.59, 0.18), (2, 4, 1e4, 3), (5, 30, 1e-3, 0.2),
]  # fmt: skip
ERROR = 3e-9


def test_an_explanation_says_what_silence_would_do(night: Night) -> None:
    """Thirty more days are thirty days on T: P(alive) by the odds of having left, as CONTRACT's models have them."""
    user, x, last, age, now = night.shop.rows(
        """select user_id, repeat_purchases, days_to_last_purchase, customer_age_days, p_alive from marts.customer_value
           where repeat_purchases = 3 order by user_id limit 1"""
    )[0]
    r, alpha, a, b = (parameters(night, "mbg_nbd")[name] for name in ("r", "alpha", "a", "b"))
    odds = a / (b + x) * ((alpha + (age + 30) / 7) / (alpha + last / 7)) ** (r + x)
    settings = night.shop.settings
    facts, found = explain.explain(engine_of(settings), release.current(settings), user)
    silence = next(decision for decision in found if decision.name == "value").would_change[0].text("en")
    assert f"30 more days without a purchase: still a customer with {100 / (1 + odds):.1f} % probability" in silence
    assert 1 / (1 + odds) < now
    assert f"{100 * now:.1f} %" in explain.as_text(facts, found, "en")


@pytest.mark.parametrize("model", sorted(CHANCES_BEFORE_REPEATS))
def test_the_integral_in_sql_is_right_for_all_that_a_fit_may_find(night: Night, model: str) -> None:
    """int_value_expectations as dbt compiled it, for x from 0 to 500 and T from 0 to 4,000 days."""
    states = [(x, age) for x in (0, 1, 2, 7, 50, 500) for age in (0, 1, 30, 365, 4000)]
    compiled = {path.stem: path.read_text() for path in night.compiled.rglob("int_value_*.sql")}
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as work")
        connection.execute("create schema work.intermediate")
        for r, alpha, a, b in PARAMETERS:
            chances = CHANCES_BEFORE_REPEATS[model]
            given = f"""select {chances} as chances_before_repeats, cast({r} as double) as r,
                cast({alpha * 7} as double) as alpha_days, cast({a} as double) as a, cast({b} as double) as b"""
            rows = ", ".join(str(state) for state in states)
            customers = f"from (values {rows}) as t (repeat_purchases, customer_age_days)"
            for table, select in (
                ("int_value_model", given),
                ("int_value_customers", customers),
                ("int_value_nodes", compiled["int_value_nodes"]),
                ("int_value_expectations", compiled["int_value_expectations"]),
            ):
                connection.execute(f"create or replace table work.intermediate.{table} as {select}")
            found = connection.execute("from work.intermediate.int_value_expectations").fetchall()
            assert len(found) == len(states)
            for x, age, purchases in found:
                expected = integral(a, b + x + chances, r + x, 90 / (7 * alpha + age))
                assert purchases == pytest.approx(expected, rel=ERROR), (r, alpha, a, b, x, age)


def integral(a: float, b: float, shape: float, tau: float) -> float:
    """E[(1 - (1 + p tau)^-shape) / p] over p ~ Beta(a, b): trapezoids over logit(p), exponential tails beyond 80."""
    width, centre = np.sqrt(1 / a + 1 / b), np.log(a / b)
    low, high = max(-80, centre - 12 * width - 45 / a), min(80, max(centre + 12 * width + 45 / b, 5))
    logit, step = np.linspace(low, high, int((high - low) / min(0.25, width / 4)), retstep=True)
    log_weight = -a * np.logaddexp(0, -logit) - b * np.logaddexp(0, logit)
    peak = log_weight.max()
    p = np.exp(-np.logaddexp(0, -logit))
    purchases = -np.expm1(-shape * np.log1p(p * tau)) / p
    weight = np.exp(log_weight - peak)
    weight[[0, -1]] /= -np.expm1([-a * step, -b * step])  # the steps to infinity, a geometric series
    return float((weight * purchases).sum() / weight.sum())
