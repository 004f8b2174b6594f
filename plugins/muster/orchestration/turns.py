"""When an Airflow run may work: a backfill's nights one after the other, and nobody while another run has the home."""

import logging
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

from muster.errors import BusyError
from muster.lock import PATIENCE_SECONDS

log = logging.getLogger(__name__)

BACKFILL = "backfill"
PAUSE = timedelta(minutes=1)
PATIENCE = timedelta(seconds=PATIENCE_SECONDS)


class OutOfTurn(AirflowFailException):
    """A backfill's night that must not run, because one before it has not been released."""


def await_turn() -> None:
    """Let a backfill's first step pass only when the nights before it are over.

    Each night is built on the release of the one before, whatever Airflow's max_active_runs of the backfill: while an
    earlier run is at work this task is put off; a night before that has failed, or has not begun (a backfill that
    runs backwards), fails this one too, so that `--reprocess-behavior failed` does both again, in order.
    """
    context = get_current_context()
    run, task = context["dag_run"], context["ti"]
    if run.run_type != BACKFILL:
        return
    if earlier := task.get_previous_dagrun(state="running"):
        _put_off(f"run {earlier.run_id} of an earlier night is under way")
    queued = task.get_previous_dagrun(state="queued")
    if queued and queued.run_type == BACKFILL:
        raise OutOfTurn(
            f"run {queued.run_id} of an earlier night has not begun, and nights are built forwards; when it has "
            "ended, create the backfill again with --reprocess-behavior failed, and never with --run-backwards"
        )
    before = task.get_previous_dagrun()
    adjacent = before and before.data_interval_end == run.data_interval_start
    if adjacent and before.run_type == BACKFILL and before.state == "failed":
        raise OutOfTurn(
            f"run {before.run_id} of the night before has failed; correct what it says, then create the backfill "
            "again with --reprocess-behavior failed, or mark that run as success to go on without its night"
        )


def come_back(error: BusyError) -> NoReturn:
    """Put this task off while another run has the home; after PATIENCE it fails, so that somebody is told."""
    context = get_current_context()
    since = context["ti"].get_first_reschedule_date(context)
    if since and datetime.now(UTC) - since > PATIENCE:
        raise AirflowFailException(f"after {PATIENCE} of waiting: {error}") from None
    _put_off(error.message)


def _put_off(reason: str) -> NoReturn:
    log.warning("waiting: %s", reason)
    raise AirflowRescheduleException(datetime.now(UTC) + PAUSE) from None
