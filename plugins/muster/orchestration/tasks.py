"""From Airflow's task context to a Night, and from a night's errors to Airflow's."""

import hashlib
import logging
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from muster import nightly
from muster.errors import BusyError, MusterError
from muster.landing.mapping import read_mapping
from muster.nightly import Night
from muster.orchestration.turns import BACKFILL, await_turn, come_back
from muster.settings import Settings

_WITH_INTERVAL = ("scheduled", BACKFILL)
BY_HAND = (
    "this run was started by hand without as_of_date; pass the last complete business day: "
    """airflow dags trigger nightly --conf '{"as_of_date": "YYYY-MM-DD"}', or the field as_of_date in the UI"""
)

ONE_DATE = (
    "a backfill takes its dates from --from-date and --to-date: as_of_date in its conf would build one night many times"
)


def business_timezone() -> str:
    """The IANA zone in which the landing zone's days begin."""
    return read_mapping(Settings.from_environment().landing).business_timezone


def as_of_date() -> date:
    """The night's date: the param, else the business day in which the data interval begins."""
    context = get_current_context()
    run = context["dag_run"]
    if given := context["params"].get("as_of_date"):
        if run.run_type == BACKFILL:
            raise AirflowFailException(ONE_DATE)
        return date.fromisoformat(given)
    if run.run_type in _WITH_INTERVAL:
        return run.data_interval_start.astimezone(ZoneInfo(business_timezone())).date()
    raise AirflowFailException(BY_HAND)


def run_step(step: str, run: str | None = None) -> str:
    """Run one step of the night in this task; returns the run's name for the next task. The first step gives none.

    A MusterError fails the task for good: the same data would fail again. While another run has the home the task
    is put off. Anything else may be retried.
    """
    logging.getLogger("muster").setLevel(logging.INFO)
    if run is None:
        await_turn()
        run = _name()
    allow_stale = get_current_context()["params"].get("allow_stale")
    night = Night(Settings.from_environment(), as_of_date(), run, allow_stale)
    try:
        nightly.run_step(night, step)
    except BusyError as error:
        come_back(error)
    except MusterError as error:
        raise AirflowFailException(str(error)) from None
    return night.run


def _name() -> str:
    """Muster's name for this Airflow run: the same at each try, so that a step called again meets its own lock."""
    run = get_current_context()["dag_run"]
    digits = hashlib.sha256(run.run_id.encode()).hexdigest()
    return nightly.name_run(run.start_date or datetime.now(UTC), digits)
