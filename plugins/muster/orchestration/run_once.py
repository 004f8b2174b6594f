"""`make run`: the nightly DAG once, by Airflow's own runner in this process; exit status 0 only on success."""

import logging
import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from airflow import settings as airflow_settings
from airflow.configuration import conf
from airflow.dag_processing.dagbag import DagBag
from airflow.models.dagrun import DagRun
from airflow.models.pool import Pool
from airflow.models.taskinstance import TaskInstance
from airflow.utils import db
from airflow.utils.session import create_session
from airflow.utils.types import DagRunTriggeredByType
from sqlalchemy import select, update

DAG_ID = "nightly"
POOL = "muster_writer"
NOISY = ("airflow.sdk.definitions.dag", "airflow.utils.db", "alembic", "httpx")


def prepare_database() -> None:
    """Create Airflow's metadata database, or bring it to this Airflow's version, and the one-slot pool."""
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    if Path(airflow_settings.SQL_ALCHEMY_CONN.removeprefix("sqlite:///")).exists():
        db.upgradedb()
    else:
        db.initdb()
    Pool.create_or_update_pool(POOL, 1, "one writer at a time", include_deferred=False)


def close_interrupted() -> None:
    """A killed run stays `running` for ever, and a scheduler would take it up again: mark it failed."""
    left = (
        DagRun.dag_id == DAG_ID, DagRun.state == "running", DagRun.triggered_by == DagRunTriggeredByType.TEST,
    )  # fmt: skip
    with create_session() as session:
        runs = list(session.scalars(select(DagRun.run_id).where(*left)))
        for table in (TaskInstance, DagRun):
            session.execute(
                update(table)
                .where(table.dag_id == DAG_ID, table.run_id.in_(runs), table.end_date.is_(None))
                .values(state="failed"),
                execution_options={"synchronize_session": False},
            )


def _interrupted(number: int, frame: Any) -> NoReturn:
    # A KeyboardInterrupt would only fail the task, and one with retries would start again.
    close_interrupted()
    os._exit(128 + number)


def run_once(as_of_date: date) -> bool:
    """Run the DAG for one date; True where every task succeeded."""
    prepare_database()
    close_interrupted()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    bag = DagBag(dag_folder=str(Path(conf.get("core", "dags_folder")) / f"{DAG_ID}.py"))
    if bag.import_errors:
        print(*bag.import_errors.values(), sep="\n", file=sys.stderr)
        return False
    run = bag.dags[DAG_ID].test(run_conf={"as_of_date": as_of_date.isoformat()})
    print(f"\nDAG {DAG_ID}, as_of_date {as_of_date}")
    for task in sorted(run.get_task_instances(), key=lambda t: (t.start_date is None, t.start_date)):
        print(f"  {task.task_id:12} {task.state!s:16} {task.duration or 0:6.1f} s")
    return str(run.state) == "success"
