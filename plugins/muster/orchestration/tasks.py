"""From Airflow's task context to a Night, and from a night's errors to Airflow's."""

import logging
from datetime import date
from zoneinfo import ZoneInfo

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from muster import nightly
from muster.errors import MusterError
from muster.landing.mapping import read_mapping
from muster.nightly import Night
from muster.settings import Settings

_WITH_INTERVAL = ("scheduled", "backfill")
BY_HAND = (
    "this run was started by hand without as_of_date; pass the last complete business day: "
    """airflow dags trigger nightly --conf '{"as_of_date": "YYYY-MM-DD"}', or the field as_of_date in the UI"""
)


def business_timezone() -> str:
    """The IANA zone in which the landing zone's days begin."""
    return read_mapping(Settings.from_environment().landing).business_timezone


def as_of_date() -> date:
    """The night's date: the param, else the business day in which the data interval begins."""
    context = get_current_context()
    if given := context["params"].get("as_of_date"):
        return date.fromisoformat(given)
    run = context["dag_run"]
    if run.run_type in _WITH_INTERVAL:
        return run.data_interval_start.astimezone(ZoneInfo(business_timezone())).date()
    raise AirflowFailException(BY_HAND)


def run_step(step: str, run: str | None = None) -> str:
    """Run one step of the night in this task; returns the run's name for the next task.

    A MusterError fails the task for good: the same data would fail again. Anything else may be retried.
    """
    logging.getLogger("muster").setLevel(logging.INFO)
    allow_stale = get_current_context()["params"].get("allow_stale")
    night = Night(Settings.from_environment(), as_of_date(), run or nightly.new_run(), allow_stale)
    try:
        nightly.run_step(night, step)
    except MusterError as error:
        raise AirflowFailException(str(error)) from None
    return night.run
