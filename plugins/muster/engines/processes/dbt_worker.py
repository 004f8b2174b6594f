"""dbt in a process of its own, call after call: whoever starts this pays for importing dbt once.

Requests come on standard input, a JSON object a line; answers go to standard output, a line each; whatever else is said
goes to standard error. It ends with standard input, in the middle of anything: who asked is gone then.

    {"dbt": [argument, ...], "environment": {name: value, ...}, "folder": folder}
    -> {"succeeded": false, "said": "...", "results": [{"unique_id": "...", "status": "...", ...}, ...]}
"""

import gc
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from typing import TextIO

Answer = dict[str, object]


def serve(answer: Callable[[dict], Answer]) -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries may say what they like
    requests = _requests(sys.stdin)
    while True:
        try:
            given = answer(requests.get())
        except Exception as error:  # noqa: BLE001 - whatever it was, somebody waits for an answer
            given = {"succeeded": False, "said": f"{type(error).__name__}: {error}"}
        print(json.dumps(given), file=answers, flush=True)


def _requests(stream: TextIO) -> queue.Queue:
    requests: queue.Queue = queue.Queue()

    def read() -> None:
        for line in stream:
            requests.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return requests


def run_dbt(request: dict) -> Answer:
    """One dbt call in the environment and the folder of the request.

    succeeded; said: what dbt printed; results: a node each, as run_results.json would say it.
    """
    from dbt.adapters.factory import reset_adapters
    from dbt.cli.main import dbtRunner

    os.environ.clear()
    os.environ.update(request["environment"])
    said = StringIO()
    with chdir(request["folder"]), redirect_stdout(said), redirect_stderr(said):
        result = dbtRunner().invoke(request["dbt"])
    failure = str(result.exception or "")
    answer = {"succeeded": result.success, "said": said.getvalue() + failure, "results": _results(result.result)}
    del result
    reset_adapters()
    _give_back_duckdb()
    return answer


def _results(outcome: object) -> list[dict]:
    """What came of each node; none where the command runs none, or dbt could not start."""
    return [
        {
            "unique_id": result.node.unique_id,
            "status": str(result.status),
            "message": result.message,
            "execution_time": result.execution_time,
        }
        for result in getattr(outcome, "results", ())
    ]


def _give_back_duckdb() -> None:
    """The adapter keeps the database, and its lock, for as long as its process lives."""
    if connections := sys.modules.get("dbt.adapters.duckdb.connections"):
        connections.DuckDBConnectionManager.close_all_connections()
        gc.collect()


if __name__ == "__main__":
    serve(run_dbt)
