"""`make up`: all of Airflow on this machine until Ctrl-C, with nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from muster.errors import MusterError

PASSWORDS = "simple_auth_manager_passwords.json.generated"
PARTS = ("metadatabase", "scheduler", "dag_processor")
START_SECONDS = 180


def serve(environment: Mapping[str, str], airflow_home: Path, port: int) -> None:
    """Start Airflow's processes, print address and login once they are healthy, stop them all on Ctrl-C."""
    url, log = f"http://127.0.0.1:{port}", airflow_home / "standalone.log"
    if _answer(f"{url}/api/v2/monitor/health"):
        raise MusterError(f"something already answers on {url}", "stop it, or choose another port: make up PORT=8081")
    programs = Path(sys.executable).parent
    airflow_home.mkdir(parents=True, exist_ok=True)
    _hear_signals()
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(programs / "airflow"), "standalone"],
            env={
                **environment,
                "PATH": f"{programs}{os.pathsep}{environment['PATH']}",  # standalone calls airflow by its name
                "AIRFLOW__API__HOST": "127.0.0.1",
                "AIRFLOW__API__PORT": str(port),
                "AIRFLOW__API__BASE_URL": url,
                "AIRFLOW__API__WORKERS": "1",
                "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        print(f"starting Airflow (log: {log}) ...", flush=True)
        _wait_until_healthy(process, url, log)
        print(f"Airflow is ready: {url}", flush=True)
        for name, password in json.loads((airflow_home / PASSWORDS).read_text()).items():
            print(f"  login {name}, password {password}", flush=True)
        print("  Ctrl-C stops it", flush=True)
        process.wait()
    except KeyboardInterrupt:
        print("\nstopping Airflow ...", flush=True)
    finally:
        _stop(process)


def _hear_signals() -> None:
    def interrupt(*_: Any) -> NoReturn:
        raise KeyboardInterrupt

    # A shell's `&` leaves SIGINT ignored, for this process and its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def _wait_until_healthy(process: subprocess.Popen, url: str, log: Path) -> None:
    began = time.monotonic()
    while True:
        health = _answer(f"{url}/api/v2/monitor/health")
        if all(health.get(part, {}).get("status") == "healthy" for part in PARTS):
            break
        if process.poll() is not None or time.monotonic() - began > START_SECONDS:
            raise MusterError("Airflow did not start", f"read {log}")
        time.sleep(0.5)
    # The first call builds the tasks' API, which takes longer than a task would wait.
    _answer(f"{url}/execution/health", seconds=30)


def _answer(url: str, seconds: float = 3) -> dict:
    try:
        with urllib.request.urlopen(url, timeout=seconds) as response:  # noqa: S310 - this machine's own address
            return json.load(response)
    except (OSError, ValueError):
        return {}


def _stop(process: subprocess.Popen) -> None:
    """Standalone stops its children on SIGINT alone; whoever is left of its session is told again, then killed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # one Ctrl-C is enough
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    for number, grace in ((None, 30), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        for pid in _session(process.pid) if number else ():
            os.kill(pid, number)
        end = time.monotonic() + grace
        while _session(process.pid) and time.monotonic() < end:
            process.poll()
            time.sleep(0.2)


def _session(leader: int) -> list[int]:
    """The living processes of the session that `leader` started."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,sess=,stat="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return [int(pid) for pid, session, state in rows if int(session) == leader and not state.startswith("Z")]
