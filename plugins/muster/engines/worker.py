"""The other end of a program in processes/: it starts when it is first asked, and lives as long as this process."""

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

from muster.engines.engine import DbtOutcome
from muster.errors import MusterError
from muster.settings import child_environment

PROCESSES = Path(__file__).with_name("processes")
LOG_LINES = 20


class Worker:
    """A program of processes/. hint: what to do where it ends by itself."""

    def __init__(self, python: Path, program: str, hint: str) -> None:
        self.python, self.program, self.hint = python, program, hint
        self._process: subprocess.Popen | None = None
        self._log = TemporaryFile("w+", errors="replace")  # noqa: SIM115 - as long as the program

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start the program; environment: what its own has more."""
        self._process = subprocess.Popen(
            [str(self.python), str(PROCESSES / self.program)],
            env=child_environment(**(environment or {})),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        atexit.register(self.close)

    def ask(self, **request: object) -> dict:
        """The answer to a request; MusterError where the program has ended."""
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self._log.seek(0)
            tail = "\n".join(self._log.read().splitlines()[-LOG_LINES:])
            raise MusterError(f"{self.program} has ended:\n{tail}", self.hint)
        return json.loads(answer)

    def run_dbt(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> DbtOutcome:
        answer = self.ask(dbt=list(arguments), environment=child_environment(**environment), folder=str(folder))
        return DbtOutcome(answer["succeeded"], answer["said"], answer.get("results", []))

    def close(self) -> None:
        atexit.unregister(self.close)
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def running_dbt() -> Worker:
    """dbt in this environment, started where it does not run."""
    worker = _dbt_worker()
    if not worker.is_running():
        worker.start()
    return worker


@cache
def _dbt_worker() -> Worker:
    return Worker(Path(sys.executable), "dbt_worker.py", "was it killed, or the machine out of memory?")
