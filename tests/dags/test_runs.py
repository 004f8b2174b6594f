"""The DAG through Airflow's own runner, on a small shop: success, failure, notices."""

import http.server
import json
import threading
import time
from datetime import timedelta

import pytest
from muster import lock, nightly
from muster.errors import BusyError
from support.shops import Shop


@pytest.fixture
def small_shop(shop: Shop, monkeypatch) -> Shop:
    shop.mapping()
    shop.csv(
        "orders/2026-01.csv",
        [
            {"order_id": f"o{n}", "user_id": f"u{n % 3}", "ordered_at": f"2026-01-0{n % 5 + 1}", "amount": "10.00"}
            for n in range(10)
        ],
    )
    monkeypatch.setenv("MUSTER_HOME", str(shop.home))
    monkeypatch.setenv("MUSTER_LANDING", str(shop.landing))
    return shop


@pytest.fixture
def webhook(monkeypatch):
    """A server on this machine that keeps what is posted to it."""
    posted: list[dict] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = {"conn_type": "http", "host": f"http://127.0.0.1:{server.server_port}/hook"}
    monkeypatch.setenv("AIRFLOW_CONN_MUSTER_WEBHOOK", json.dumps(connection))
    yield posted
    server.shutdown()


@pytest.fixture
def busy_home(small_shop: Shop, monkeypatch) -> list[str]:
    """A run of the command line between two of its steps, which ends when the DAG has met it three times.

    Holds the steps that the DAG began, and how often it was put off.
    """
    from muster.orchestration import turns

    monkeypatch.setattr(turns, "PAUSE", timedelta(seconds=1))
    with lock.step_lock(small_shop.home, "other", "ingest", 60, first=True, last=False):
        pass
    seen: list[str] = []
    run_step = nightly.run_step

    def watched(night: nightly.Night, step: str) -> None:
        try:
            run_step(night, step)
        except BusyError:
            if len(seen) == 2:
                with lock.step_lock(small_shop.home, "other", "publish", 60, first=False, last=True):
                    pass
            seen.append("busy")
            raise
        seen.append(step)

    monkeypatch.setattr(nightly, "run_step", watched)
    return seen


def test_a_night_by_the_dag_waits_for_the_command_line_is_released_and_announced(
    small_shop, busy_home, airflow_database, dagbag
):
    began = time.monotonic()
    run = dagbag.dags["nightly"].test(run_conf={"as_of_date": "2026-01-05"})
    assert busy_home == ["busy", "busy", "busy", *nightly.STEPS]
    assert time.monotonic() - began > 3
    assert {task.task_id: str(task.state) for task in run.get_task_instances()} == dict.fromkeys(
        ["ingest", "audit_raw", "transform", "audit_marts", "export", "publish"], "success"
    )
    assert small_shop.rows("select count(*) from marts.customers") == [(3,)]
    released = (small_shop.home / "current").readlink().name.partition("_")[2]
    assert _asset_events(run.run_id) == [{"as_of_date": "2026-01-05", "run": released}]


def test_a_failed_night_tells_the_webhook_and_publishes_nothing(small_shop, airflow_database, dagbag, webhook):
    small_shop.write("orders/2026-02.csv", "order_id,user_id,amount\n1,2,3\n")
    run = dagbag.dags["nightly"].test(run_conf={"as_of_date": "2026-01-05"})
    assert str(run.state) == "failed"
    tries = {task.task_id: (str(task.state), task.try_number) for task in run.get_task_instances()}
    assert tries["ingest"] == ("failed", 1)  # a data error is not tried again
    assert tries["publish"][0] == "upstream_failed"
    assert len(webhook) == 1
    assert "orders/2026-02.csv" in webhook[0]["text"]
    assert "ordered_at" in webhook[0]["text"]
    assert not (small_shop.home / "current").exists()


def test_without_a_date_nothing_runs(small_shop, airflow_database, dagbag):
    run = dagbag.dags["nightly"].test()
    assert str(run.state) == "failed"
    assert not (small_shop.home / "releases").exists()


def _asset_events(run_id: str) -> list[dict]:
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return list(session.scalars(select(AssetEvent.extra).where(AssetEvent.source_run_id == run_id)))
