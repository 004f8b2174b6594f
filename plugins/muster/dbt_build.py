"""dbt as a subprocess: a process that ends gives the database back."""

import json
import logging
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

from muster.errors import MusterError
from muster.settings import child_environment

log = logging.getLogger(__name__)

MESSAGE_CHARACTERS = 400


def build_arguments(
    project: Path, target: str, target_path: Path, variables: Mapping[str, object], command: str = "build"
) -> list[str]:
    """The arguments of one dbt call; nothing is run.

    variables: values that are already checked (dates as ISO text, numbers): dbt pastes them raw into SQL.
    """
    return [
        command,
        "--project-dir", str(project),
        "--profiles-dir", str(project),
        "--target", target,
        "--exclude-resource-type", "unit_test",  # tests of the code, not of the night
        "--target-path", str(target_path),
        "--log-path", str(target_path),
        "--log-level", "warn",
        "--no-use-colors",
        "--vars", json.dumps(variables, sort_keys=True),
    ]  # fmt: skip


def build(arguments: list[str], environment: Mapping[str, str], target_path: Path) -> list[dict]:
    """Run dbt; logs a line per model, returns the nodes' results. MusterError names what failed."""
    dbt = Path(sys.executable).parent / "dbt"
    results_file = target_path / "run_results.json"
    results_file.unlink(missing_ok=True)  # an earlier call's
    finished = subprocess.run(
        [str(dbt), *arguments],
        env=child_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if not results_file.exists():
        raise MusterError(f"dbt could not start:\n{_tail(finished.stdout + finished.stderr)}", "correct the project")
    results = json.loads(results_file.read_text())["results"]
    for result in results:
        _log_result(result)
    failed = [r for r in results if r["status"] in ("error", "fail", "runtime error")]
    if failed or finished.returncode:
        raise MusterError(_failures(failed) or _tail(finished.stdout), "see the log in " + str(target_path))
    return results


def _log_result(result: dict) -> None:
    kind, _, name = result["unique_id"].split(".")[0], *result["unique_id"].split(".", 2)[1:]
    if kind in ("model", "seed") or result["status"] not in ("pass", "success"):
        log.info("  dbt %-7s %-32s %-8s %5.2f s", kind, name, result["status"], result["execution_time"])


def _failures(failed: list[dict]) -> str:
    if not failed:
        return ""
    lines = [f"    {r['unique_id'].split('.', 2)[-1]}: {_said(r)}" for r in failed]
    return f"dbt: {len(failed)} of the night's models or tests failed\n" + "\n".join(lines)


def _said(result: dict) -> str:
    """The start of dbt's message, on one line; dbt quotes counts and columns there, rows never."""
    said = " ".join((result.get("message") or result["status"]).split())
    return textwrap.shorten(said, MESSAGE_CHARACTERS, placeholder=" ...")


def _tail(text: str, lines: int = 30) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
