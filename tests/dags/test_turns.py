"""When a run may work: what the scheduler's runs around it, and a busy home, make of a task."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from muster.errors import BusyError

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BEGINS = datetime(2026, 1, 6, 3, tzinfo=UTC)


def run(state: str, run_type: str = "backfill", days_before: int = 1) -> SimpleNamespace:
    start = BEGINS - days_before * DAY
    return SimpleNamespace(
        run_id=f"{state}_run", state=state, run_type=run_type, start_date=BEGINS,
        data_interval_start=start, data_interval_end=start + DAY,
    )  # fmt: skip


@pytest.fixture
def turns(monkeypatch):
    """The module, for a backfill's night with the runs `turns.earlier` before it, the newest first."""
    from muster.orchestration import turns

    def get_previous_dagrun(state=None):
        return next((earlier for earlier in turns.earlier if state in (None, earlier.state)), None)

    task = SimpleNamespace(get_previous_dagrun=get_previous_dagrun, get_first_reschedule_date=lambda _: turns.since)
    context = {"dag_run": run("running", days_before=0), "ti": task}
    monkeypatch.setattr(turns, "get_current_context", lambda: context)
    for name, value in (("context", context), ("earlier", []), ("since", None)):
        monkeypatch.setattr(turns, name, value, raising=False)
    return turns


@pytest.mark.parametrize(
    "earlier",
    [
        [],
        [run("success")],
        [run("failed", "scheduled")],
        [run("failed", days_before=2)],  # another backfill's last night, with a gap between
        [run("success"), run("failed", days_before=2)],  # marked as success by hand after it had failed
        [run("queued", "scheduled", days_before=5)],
    ],
)
def test_a_night_whose_predecessors_are_over_may_run(turns, earlier):
    turns.earlier = earlier
    turns.await_turn()


@pytest.mark.parametrize("earlier", [[run("running")], [run("failed"), run("running", "scheduled", days_before=3)]])
def test_a_night_waits_while_an_earlier_one_is_at_work(turns, earlier):
    from airflow.sdk.exceptions import AirflowRescheduleException

    turns.earlier = earlier
    with pytest.raises(AirflowRescheduleException) as put_off:
        turns.await_turn()
    assert 0 < (put_off.value.reschedule_date - datetime.now(UTC)).total_seconds() <= 60


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        ([run("failed")], "run failed_run of the night before has failed"),
        ([run("queued")], "run queued_run of an earlier night has not begun"),
        ([run("success"), run("queued", days_before=3)], "never with --run-backwards"),
    ],
)
def test_a_night_out_of_order_is_refused_without_another_notice(turns, earlier, said, monkeypatch):
    from airflow.sdk.exceptions import AirflowFailException
    from muster.orchestration import notices

    turns.earlier = earlier
    with pytest.raises(AirflowFailException, match=said) as refused:
        turns.await_turn()
    assert "--reprocess-behavior failed" in str(refused.value)
    monkeypatch.setattr(notices.BaseHook, "get_connection", lambda _: pytest.fail("nobody is told"))
    notices.FailureNotice().notify({"exception": refused.value})


def test_the_scheduled_night_waits_for_no_backfill(turns):
    turns.context["dag_run"].run_type = "scheduled"
    turns.earlier = [run("running")]
    turns.await_turn()


def test_a_busy_home_is_waited_for_but_not_for_ever(turns):
    from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

    for turns.since in (None, datetime.now(UTC) - 5 * HOUR):
        with pytest.raises(AirflowRescheduleException):
            turns.come_back(BusyError("run x is under way"))
    turns.since = datetime.now(UTC) - 7 * HOUR
    with pytest.raises(AirflowFailException, match="after 6:00:00 of waiting: run x is under way"):
        turns.come_back(BusyError("run x is under way"))


def test_a_run_keeps_its_name_through_all_its_tries(turns, monkeypatch):
    from muster.orchestration import tasks

    monkeypatch.setattr(tasks, "get_current_context", lambda: turns.context)
    names = [tasks._name(), tasks._name()]
    turns.context["dag_run"].run_id = "another"
    assert names[0] == names[1] != tasks._name()
    assert names[0].startswith("20260106T030000-")
