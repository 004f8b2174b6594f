"""Fitting the value models inside the night: when, to what, and what of it is written down."""

import logging
import time
from collections.abc import Mapping
from datetime import date, timedelta

import duckdb
import numpy as np

from muster.candidate import Candidate
from muster.engines import Engine
from muster.policy import Policy
from muster.value_model import MODELS, SPEND_MODEL, Fit, fit_purchases, fit_spend

log = logging.getLogger(__name__)

FITTED = "fitted_parameters"
"""The table of raw that tells dbt what was fitted."""
DAYS_A_WEEK = 7
PUBLISHABLE = 1e15
"""Parameters are decimal(28,12): a greater one, a currency gone wild, is no fit."""


def due_models(as_of_date: date, weekday: int, fitted: Mapping[str, date]) -> list[str]:
    """Models whose fit is older than the last `weekday` (ISO, 1 to 7) on or before as_of_date, or that have none."""
    last = as_of_date - timedelta(days=(as_of_date.isoweekday() - weekday) % DAYS_A_WEEK)
    return [model for model in MODELS if model not in fitted or fitted[model] < last]


def refit(engine: Engine, candidate: Candidate, policy: Policy) -> list[str]:
    """Fit what is due to the customers that dbt has built; returns the tables of raw that have new rows.

    A fit that does not converge leaves the parameters of before in use, and is due again the next night.
    """
    with engine.reading(candidate) as connection:
        due = due_models(candidate.as_of_date, policy.whole("value_refit_weekday"), _fitted_dates(connection))
        if not due or _repeat_customers(connection) < policy.whole("value_min_repeat_buyers"):
            return []
        rows = [row for model in due for row in fitted_rows(_fit_noted(connection, candidate, model))]
    engine.write_measured(candidate, FITTED, rows)
    candidate.save()
    return [FITTED]


def _fit_noted(connection: duckdb.DuckDBPyConnection, candidate: Candidate, model: str) -> Fit:
    """The fit, told in the log; a failed one also in the candidate's warnings."""
    began = time.monotonic()
    fit = _fit(connection, model)
    found = ", ".join(f"{name} {value:.4g}" for name, value in fit.parameters.items())
    seconds = time.monotonic() - began
    if _is_publishable(fit):
        log.info("  fit %s: %s, log-likelihood %.1f, %.1f s", model, found, fit.log_likelihood, seconds)
    else:
        warning = f"value model {model}: the fit did not converge, {fit.customers:,} customers"
        log.warning("  warn: %s", warning)
        candidate.warnings = [*(w for w in candidate.warnings if w != warning), warning]
    return fit


def fitted_rows(fit: Fit) -> list[dict]:
    """Rows of raw.fitted_parameters: one per parameter, or one with the reason why there is none."""
    if not _is_publishable(fit):
        return [{"model": fit.model, "reason_code": "fit_failed"}]
    shared = {
        "model": fit.model, "log_likelihood": f"{fit.log_likelihood:.4f}", "customers": fit.customers,
        "repeat_customers": fit.repeat_customers,
    }  # fmt: skip
    return [{**shared, "parameter": name, "value": f"{value:.12f}"} for name, value in fit.parameters.items()]


def _fit(connection: duckdb.DuckDBPyConnection, model: str) -> Fit:
    if model == SPEND_MODEL:
        return fit_spend(*_columns(connection, "int_value_spends"))
    x, days_to_last, age_days, customers = _columns(connection, "int_value_states")
    return fit_purchases(model, x, days_to_last / DAYS_A_WEEK, age_days / DAYS_A_WEEK, customers)


def _columns(connection: duckdb.DuckDBPyConnection, model: str) -> tuple[np.ndarray, ...]:
    """The columns of an intermediate model as arrays, in one order on every night."""
    columns = connection.execute(f"select * from work.intermediate.{model} order by all").fetchnumpy()
    return tuple(np.asarray(column, dtype=np.float64) for column in columns.values())


def _repeat_customers(connection: duckdb.DuckDBPyConnection) -> int:
    """Customers who have bought again."""
    rows = "select count(*) from work.intermediate.int_value_customers where repeat_purchases > 0"
    return connection.execute(rows).fetchone()[0]


def _fitted_dates(connection: duckdb.DuckDBPyConnection) -> dict[str, date]:
    """Value model -> as_of_date of the fit that is carried from the previous release."""
    rows = "select model, min(fitted_as_of_date) from marts.model_parameters group by model"
    return dict(connection.execute(rows).fetchall())


def _is_publishable(fit: Fit) -> bool:
    return fit.converged and max(fit.parameters.values()) < PUBLISHABLE
