"""Every DAG loads and says whose it is, what it does and whom it tells."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
STEPS = ["ingest", "audit_raw", "transform", "audit_marts", "export", "publish"]


def test_dags_load(dagbag):
    assert dagbag.import_errors == {}
    assert "nightly" in dagbag.dags


def test_every_dag_has_owner_tags_docs_and_failure_notice(dagbag):
    assert dagbag.dags
    for dag in dagbag.dags.values():
        assert "muster" in dag.tags
        assert len(dag.doc_md) > 200
        assert dag.description
        assert dag.owner == "data-engineering"
        for task in dag.tasks:
            assert task.has_on_failure_callback
            assert task.pool == "muster_writer"


def test_nightly_runs_the_steps_in_order_one_night_at_a_time(dagbag):
    dag = dagbag.dags["nightly"]
    assert [task.task_id for task in dag.topological_sort()] == STEPS
    for before, after in pairwise(STEPS):
        assert after in dag.get_task(before).downstream_task_ids
    assert dag.max_active_runs == 1
    assert dag.max_active_tasks == 1
    assert dag.catchup is False
    assert [asset.name for asset in dag.get_task("publish").outlets] == ["muster_release"]


def test_a_killed_scheduler_costs_a_try_and_no_night(dagbag):
    assert {task.task_id: task.retries for task in dagbag.dags["nightly"].tasks} == dict.fromkeys(STEPS, 2)


def test_a_night_that_has_begun_goes_before_another_nights_first_step(dagbag):
    """The scheduler takes the greatest weight first, then the earliest night."""
    from airflow.task.priority_strategy import validate_and_load_priority_weight_strategy as strategy

    tasks = [dagbag.dags["nightly"].get_task(step) for step in STEPS]
    assert [strategy(t.weight_rule).get_weight(SimpleNamespace(task=t)) for t in tasks] == [1, 2, 3, 4, 5, 6]


def test_steps_are_those_of_the_command_line():
    from muster import nightly

    assert list(nightly.STEPS) == STEPS


def _context(monkeypatch, **run):
    from muster.orchestration import tasks

    context = {"params": run.pop("params", {}), "dag_run": SimpleNamespace(**run)}
    monkeypatch.setattr(tasks, "get_current_context", lambda: context)
    return tasks


@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
def test_as_of_date_is_the_local_day_in_which_the_interval_begins(monkeypatch, run_type):
    # The summer night of 2026-07-05 begins at 03:00 in London, 02:00 UTC.
    start = datetime(2026, 7, 5, 2, 0, tzinfo=UTC)
    tasks = _context(monkeypatch, run_type=run_type, data_interval_start=start)
    assert tasks.as_of_date() == date(2026, 7, 5)


def test_as_of_date_is_the_business_day_far_from_utc(monkeypatch):
    # 03:00 on the 6th in Kiritimati (UTC+14) is 13:00 UTC on the 5th.
    start = datetime(2026, 1, 5, 13, 0, tzinfo=UTC)
    tasks = _context(monkeypatch, run_type="scheduled", data_interval_start=start)
    monkeypatch.setattr(tasks, "business_timezone", lambda: "Pacific/Kiritimati")
    assert tasks.as_of_date() == date(2026, 1, 6)


def test_the_param_wins(monkeypatch):
    tasks = _context(
        monkeypatch,
        params={"as_of_date": "2011-12-09"},
        run_type="scheduled",
        data_interval_start=datetime(2026, 1, 5, tzinfo=UTC),
    )
    assert tasks.as_of_date() == date(2011, 12, 9)


def test_a_backfill_takes_its_dates_from_its_range(monkeypatch):
    from airflow.sdk.exceptions import AirflowFailException

    start = datetime(2026, 1, 5, tzinfo=UTC)
    tasks = _context(monkeypatch, params={"as_of_date": "2011-12-09"}, run_type="backfill", data_interval_start=start)
    with pytest.raises(AirflowFailException, match="--from-date and --to-date"):
        tasks.as_of_date()


def test_a_run_by_hand_must_say_its_date(monkeypatch):
    from airflow.sdk.exceptions import AirflowFailException

    tasks = _context(monkeypatch, run_type="manual", data_interval_start=None)
    with pytest.raises(AirflowFailException, match=r'"as_of_date": "YYYY-MM-DD"'):
        tasks.as_of_date()


def test_data_intervals_cover_every_business_day_once_over_a_clock_change(dagbag):
    """London's clocks go forward on 2026-03-29 at 01:00: 03:00 to 03:00 is 23 hours, and no night is lost."""
    import pendulum
    from airflow.timetables.base import DataInterval, TimeRestriction
    from airflow.timetables.interval import CronDataIntervalTimetable

    declared = dagbag.dags["nightly"].timetable
    timetable = CronDataIntervalTimetable(declared.expression, timezone=declared.timezone)
    assert timetable.serialize() == {"expression": "0 3 * * *", "timezone": "Europe/London"}
    zone = "Europe/London"
    last = DataInterval(pendulum.datetime(2026, 3, 27, 3, tz=zone), pendulum.datetime(2026, 3, 28, 3, tz=zone))
    restriction = TimeRestriction(earliest=pendulum.datetime(2026, 1, 1, tz=zone), latest=None, catchup=True)
    days = []
    for _ in range(3):
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        last = info.data_interval
        days.append((last.start.in_timezone(zone).date(), (last.end - last.start).total_hours()))
    assert days == [(date(2026, 3, 28), 23), (date(2026, 3, 29), 24), (date(2026, 3, 30), 24)]


def test_a_start_date_long_ago_lets_backfills_reach_back_and_catches_nothing_up(dagbag):
    import pendulum
    from airflow.timetables.base import TimeRestriction
    from airflow.timetables.interval import CronDataIntervalTimetable

    dag = dagbag.dags["nightly"]
    assert dag.start_date.year == 2000
    timetable = CronDataIntervalTimetable(dag.timetable.expression, timezone=dag.timetable.timezone)
    restriction = TimeRestriction(earliest=dag.start_date, latest=None, catchup=dag.catchup)
    first = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert 0 <= (pendulum.now() - first.data_interval.end).total_hours() <= 25


def test_airflow_does_not_execute_the_package_under_its_bare_names():
    """Airflow executes every .py under plugins/ by its stem unless .airflowignore says otherwise."""
    code = (
        "import sys, airflow; from airflow import plugins_manager; plugins_manager.ensure_plugins_loaded();"
        "assert 'lock' not in sys.modules and 'release' not in sys.modules, sorted(sys.modules)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=False, cwd="/"
    )
    assert finished.returncode == 0, finished.stderr
