"""The night as an Airflow DAG: wiring only; the steps live in muster.nightly."""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, Metadata, Param, task
from muster.orchestration.notices import FailureNotice
from muster.orchestration.tasks import as_of_date, business_timezone, run_step

timezone = business_timezone()
FROM = pendulum.datetime(2011, 12, 5, tz=timezone).isoformat(timespec="minutes")
TO = pendulum.datetime(2011, 12, 9, 23, 59, tz=timezone).isoformat(timespec="minutes")

DOCS = f"""\
### Muster's night

Turns the landing zone (`MUSTER_LANDING`) into one published release under `MUSTER_HOME/releases`.

| task | what it does |
| --- | --- |
| ingest | reads what is new, types it, quarantines what cannot be used |
| audit_raw | Great Expectations on the feeds |
| transform | one `dbt build`; a line per model in this task's log |
| audit_marts | Great Expectations on the marts |
| export | lists and report |
| publish | the release becomes visible by one rename |

Readers of `MUSTER_HOME/current` see the release before until `publish`, and keep it if any task fails. A task that was
killed or failed for another reason than the data is repeated twice; each may be, `publish` too.

**as_of_date** is the business day in which the data interval begins: the run of 03:00 on the 6th builds the 5th.
A run by hand must say it. While another run has the home (the command line, say) a task is put off by a minute, six
hours at most.

**Backfill**: each night of a range is a release of its own, built on the one before, one after the other:

```
airflow backfill create --dag-id nightly --max-active-runs 1 --from-date {FROM} --to-date {TO}
```

builds the 5th to the 9th. The dates are instants: from the first day's midnight to the end of the last one, with the
offset of {timezone} (an hour more or less does not matter; without one Airflow reads UTC and may take other days). The
DAG must not be paused. A killed scheduler goes on by itself. A night that fails fails those after it; correct what it
says, then the same command with `--reprocess-behavior failed` goes on. Nights without orders (holidays) need
`--dag-run-conf '{{"allow_stale": "REASON"}}'`. Older nights never move `current`, and only the newest `keep_releases`
are kept.

**Failures** are told over the connections `muster_webhook` (http) and `muster_mail`
(smtp, receivers in the extra `to_email`), where they exist.
"""

release = Asset(name="muster_release", uri="file://muster/release")

with DAG(
    dag_id="nightly",
    description="Landing zone to published release, one business day a run.",
    doc_md=DOCS,
    schedule=CronDataIntervalTimetable("0 3 * * *", timezone=timezone),
    start_date=pendulum.datetime(2000, 1, 1, tz=timezone),  # how far back a backfill may reach; nothing is caught up
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
        "weight_rule": "upstream",  # the steps of a night that has begun go before another night's first
        "retries": 2,
        "retry_delay": timedelta(minutes=2),
        "on_failure_callback": FailureNotice(),
    },
):

    @task
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

    @task(outlets=[release])
    def publish(run: str):
        run_step("publish", run)
        yield Metadata(release, {"as_of_date": as_of_date().isoformat(), "run": run})

    publish(export(audit_marts(transform(audit_raw(ingest())))))
