"""Nights that fit the value models and nights that carry them, and what readers see where there is no fit."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from muster import candidate as candidates
from muster import nightly, release, value_fit
from muster.dbt_build import Dbt
from muster.engines import engine_of
from muster.value_model import Fit
from support.shops import Shop

SATURDAY, SUNDAY, MONDAY, NEXT_SUNDAY = "2024-03-02", "2024-03-03", "2024-03-04", "2024-03-10"
PARAMETERS = "select model, parameter, value, fitted_as_of_date from marts.model_parameters order by all"
VALUES = "from marts.customer_value order by user_id"
COMEBACKS = 150


def orders(comebacks: int) -> list[dict]:
    """Two hundred customers, of whom `comebacks` bought again, once to nine times."""
    chance = random.Random(7)
    rows = []
    for customer in range(200):
        day = date(2023, 6, 1) + timedelta(days=chance.randrange(200))
        days = {day} | {day + timedelta(days=1 + chance.randrange(60)) for _ in range(chance.randrange(1, 10))}
        for n, bought in enumerate(sorted(days) if customer < comebacks else [day]):
            rows.append(
                {
                    "order_id": f"{customer}-{n}", "user_id": f"u{customer:03d}", "ordered_at": str(bought),
                    "amount": str(10 + customer % 40 + chance.randrange(20)),
                }
            )  # fmt: skip
    return rows


def run(shop: Shop, as_of_date: str) -> release.Release:
    """A night without its audits and exports."""
    night = shop.start(as_of_date)
    for step in ("ingest", "transform", "publish"):
        nightly.run_step(night, step)
    return next(r for r in release.releases(shop.settings) if r.run == night.run)


@pytest.fixture
def dbt_calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The selections with which the test's nights call dbt for the night itself; an empty one is everything."""
    calls: list[list[str]] = []
    run = Dbt.run

    def counted(dbt: Dbt, command: str = "build", **options: object) -> list[dict]:
        if not options.get("quiet"):  # as the backtest's call is
            calls.append(options.get("select", []))
        return run(dbt, command, **options)

    monkeypatch.setattr(Dbt, "run", counted)
    return calls


def test_nights_fit_on_the_weekday_and_carry_between(shop: Shop, dbt_calls: list[list[str]]) -> None:
    shop.mapping().csv("orders/1.csv", orders(COMEBACKS))
    saturday = run(shop, SATURDAY)
    assert len(dbt_calls) == 2  # the first parameters, whatever the day
    assert dbt_calls[1] == ["source:raw.fitted_parameters+"]
    first = shop.rows(PARAMETERS)
    assert [str(day) for *_, day in first] == [SATURDAY] * 11

    run(shop, SUNDAY)
    assert len(dbt_calls) == 4
    second = shop.rows(PARAMETERS)
    assert [str(day) for *_, day in second] == [SUNDAY] * 11
    assert [value for _, _, value, _ in second] != [value for _, _, value, _ in first]  # a day older, all of them

    run(shop, MONDAY)
    assert len(dbt_calls) == 5
    assert shop.rows(PARAMETERS) == second
    assert shop.rows("select count(*), count(expected_value_90d) from marts.customer_value") == [(200, 200)]

    again = run(shop, SATURDAY)  # before the fits that have been published since
    assert (shop.rows(PARAMETERS, again), shop.rows(VALUES, again)) == (first, shop.rows(VALUES, saturday))


def test_too_few_comebacks_say_so_and_pay_nothing(shop: Shop, dbt_calls: list[list[str]]) -> None:
    shop.mapping().csv("orders/1.csv", orders(99))
    run(shop, SATURDAY)
    assert len(dbt_calls) == 1
    assert shop.rows(PARAMETERS) == []
    said = """select count(*), count(p_alive), count(expected_value_90d), min(reason_code), max(reason_code)
        from marts.customer_value"""
    assert shop.rows(said) == [(200, 0, 0, "too_few_repeat_buyers", "too_few_repeat_buyers")]

    # the hundredth comes back on Sunday, and is gone again by next Sunday
    one_more = [{"order_id": "x", "user_id": "u150", "ordered_at": SUNDAY, "amount": "5"}]
    shop.csv("orders/2.csv", one_more)
    run(shop, SUNDAY)
    fitted = shop.rows(PARAMETERS)
    assert len(fitted) == 11
    assert shop.rows(said) == [(200, 200, 200, None, None)]
    shop.csv("orders/3.csv", [one_more[0] | {"amount": "0"}])
    run(shop, NEXT_SUNDAY)
    assert len(dbt_calls) == 4
    assert shop.rows(PARAMETERS) == fitted  # kept, and not used
    assert shop.rows(said) == [(200, 0, 0, "too_few_repeat_buyers", "too_few_repeat_buyers")]


def test_a_fit_that_fails_is_said_and_not_published(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.mapping().csv("orders/1.csv", orders(COMEBACKS))

    def fails(model: str, *_: object) -> Fit:
        return Fit(model, {"r": 1.0}, -1.0, 200, COMEBACKS, converged=False)

    fit_purchases = value_fit.fit_purchases
    monkeypatch.setattr(
        value_fit, "fit_purchases", lambda model, *rest: (fails if model == "mbg_nbd" else fit_purchases)(model, *rest)
    )
    saturday = run(shop, SATURDAY)
    assert {model for model, *_ in shop.rows(PARAMETERS)} == {"bg_nbd", "gamma_gamma"}
    assert shop.rows("select distinct p_alive, expected_spend_per_purchase, reason_code from marts.customer_value") == [
        (None, None, "fit_failed")
    ]
    assert "value model mbg_nbd: the fit did not converge, 200 customers" in saturday.manifest()["warnings"]

    # the next fit: mbg_nbd is found, the others are not and keep what they had
    before = set(shop.rows(PARAMETERS))
    monkeypatch.setattr(
        value_fit, "fit_purchases", lambda model, *rest: (fit_purchases if model == "mbg_nbd" else fails)(model, *rest)
    )
    monkeypatch.setattr(value_fit, "fit_spend", lambda *_: fails("gamma_gamma"))
    run(shop, SUNDAY)
    after = set(shop.rows(PARAMETERS))
    assert before < after
    assert {(model, str(day)) for model, _, _, day in after - before} == {("mbg_nbd", SUNDAY)}
    assert shop.rows("select distinct reason_code from marts.customer_value") == [(None,)]


def test_a_repeated_transform_is_no_other_night(shop: Shop, tmp_path: Path) -> None:
    """As Airflow retries it: in the candidate that the first try has already filled."""
    shop.mapping().csv("orders/1.csv", orders(COMEBACKS))
    night = shop.start(SATURDAY)
    seen = []
    for step in ("ingest", "transform", "transform"):
        nightly.run_step(night, step)
        candidate = candidates.load(shop.settings, night.run)
        if step == "transform":
            with engine_of(shop.settings).reading(candidate) as connection:
                seen.append([connection.execute(sql).fetchall() for sql in (PARAMETERS, VALUES)])
    assert seen[0] == seen[1]
    assert len(seen[0][0]) == 11
    nightly.run_step(night, "publish")
    assert release.current(shop.settings) is not None
