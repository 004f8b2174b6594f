"""The night as an Airflow DAG: wiring only; the steps live in muster.nightly."""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, Metadata, Param, task
from muster.orchestration.notices import FailureNotice
from muster.orchestration.tasks import as_of_date, business_timezone, run_step

DOCS = """
### Muster's night

Turns the landing zone (`MUSTER_LANDING`) into one published release under `MUSTER_HOME/releases`.

| task | what it does | repeated |
| --- | --- | --- |
| ingest | reads what is new, types it, quarantines what cannot be used | twice |
| audit_raw | Great Expectations on the feeds | once |
| transform | one `dbt build`; a line per model in this task's log | once |
| audit_marts | Great Expectations on the marts | once |
| export | lists and report | once |
| publish | the release becomes visible by one rename | never |

Readers of `MUSTER_HOME/current` see the release before until `publish`, and keep it if any task fails.

**as_of_date** is the business day in which the data interval begins: the run of 03:00 on the 6th builds the 5th.
A run by hand must say it. **Failures** are told over the connections `muster_webhook` (http) and `muster_mail`
(smtp, receivers in the extra `to_email`), where they exist.
"""

timezone = business_timezone()
release = Asset(name="muster_release", uri="file://muster/release")

with DAG(
    dag_id="nightly",
    description="Landing zone to published release, one business day a run.",
    doc_md=DOCS,
    schedule=CronDataIntervalTimetable("0 3 * * *", timezone=timezone),
    start_date=pendulum.datetime(2026, 1, 1, tz=timezone),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=1,
    tags=["muster", "nightly"],
    params={
        "as_of_date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="as_of_date",
            description="The last complete business day (YYYY-MM-DD). Required for a run by hand.",
        ),
        "allow_stale": Param(
            None,
            type=["null", "string"],
            title="allow_stale",
            description="Run although recent order days are missing: say why that is right.",
        ),
    },
    default_args={
        "owner": "data-engineering",
        "pool": "muster_writer",
        "retries": 1,
        "retry_delay": timedelta(minutes=2),
        "on_failure_callback": FailureNotice(),
    },
):

    @task(retries=2)
    def ingest() -> str:
        return run_step("ingest")

    @task
    def audit_raw(run: str) -> str:
        return run_step("audit_raw", run)

    @task
    def transform(run: str) -> str:
        return run_step("transform", run)

    @task
    def audit_marts(run: str) -> str:
        return run_step("audit_marts", run)

    @task
    def export(run: str) -> str:
        return run_step("export", run)

    @task(retries=0, outlets=[release])
    def publish(run: str):
        run_step("publish", run)
        yield Metadata(release, {"as_of_date": as_of_date().isoformat(), "run": run})

    publish(export(audit_marts(transform(audit_raw(ingest())))))
