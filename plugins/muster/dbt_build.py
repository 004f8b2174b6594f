"""One dbt call: its arguments, what it has parsed before, and what came of it."""

import hashlib
import json
import logging
import os
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from muster.engines.engine import Engine, Role, RunDbt
from muster.errors import MusterError

log = logging.getLogger(__name__)

MESSAGE_CHARACTERS = 400
PARSED = "partial_parse.msgpack"


def build_arguments(
    project: Path,
    target: str,
    target_path: Path,
    variables: Mapping[str, object],
    command: str = "build",
    select: Sequence[str] = (),
    without: Sequence[str] = ("unit_test",),
    exclude: Sequence[str] = (),
) -> list[str]:
    """The arguments of one dbt call; nothing is run.

    command: one of dbt's, with its own options. variables: values that are already checked (numbers, names): dbt pastes
    them raw into SQL.
    select: dbt's node selection, everything where it is empty. without: resource types that are left out; unit tests
    are tests of the code, not of the night. exclude: dbt's node selection of what else is left out.
    """
    return [
        *command.split(),
        "--project-dir", str(project),
        "--profiles-dir", str(project),
        "--target", target,
        "--target-path", str(target_path),
        "--log-path", str(target_path),
        "--log-level", "warn",
        "--log-level-file", "warn",
        "--no-use-colors",
        "--vars", json.dumps(variables, sort_keys=True),
        *(word for kind in without for word in ("--exclude-resource-type", kind)),
        *(word for selection in select for word in ("--select", selection)),
        *(word for selection in exclude for word in ("--exclude", selection)),
    ]  # fmt: skip


@dataclass(frozen=True)
class Dbt:
    """dbt as of one day.

    process: what runs it (Engine.dbt). folder: where it is called, and writes under `work`. as_of_date (ISO) and policy
    (parameter -> number) are checked already: dbt pastes them raw into SQL.
    """

    engine: Engine
    process: RunDbt
    folder: Path
    as_of_date: str
    policy: Mapping[str, object]
    role: Role = Role.NIGHT

    @property
    def target_path(self) -> Path:
        """What dbt writes about the project and its last run."""
        return self.folder / "work" / f"dbt_{self.role}"

    def run(self, command: str = "build", quiet: bool = False, **selection: Sequence[str]) -> list[dict]:
        """Run `command`; returns the nodes' results, without those of hooks. MusterError names what failed.

        quiet: without a log line per model. selection: select, without and exclude of build_arguments.
        """
        layers = {name: asdict(layer) for name, layer in self.engine.layers(self.role).items()}
        arguments = build_arguments(
            self.engine.settings.dbt_project, self.engine.name, self.target_path,
            {"layers": layers, **self.engine.materializations(self.role)}, command, **selection,
        )  # fmt: skip
        self.target_path.mkdir(parents=True, exist_ok=True)
        parsed = parsed_project(self.engine, self.role)
        if parsed.exists():
            shutil.copy(parsed, self.target_path / PARSED)
        parameters = {"MUSTER_AS_OF_DATE": self.as_of_date, "MUSTER_POLICY": json.dumps(self.policy)}
        outcome = self.process(arguments, parameters, self.folder)
        if not (outcome.succeeded or outcome.results):
            raise MusterError(f"dbt could not start:\n{_tail(outcome.said)}", "correct the project")
        for result in () if quiet else outcome.results:
            _log_result(result)
        failed = [r for r in outcome.results if r["status"] in ("error", "fail", "runtime error")]
        if failed or not outcome.succeeded:
            raise MusterError(_failures(failed) or _tail(outcome.said), f"see the log in {self.target_path}")
        _keep(self.target_path / PARSED, parsed)
        return [result for result in outcome.results if not result["unique_id"].startswith("operation.")]


def parsed_project(engine: Engine, role: Role) -> Path:
    """What dbt parsed in an earlier night; it names files by their place, and holds where layers lie."""
    place = f"{engine.settings.dbt_project} {engine.name} {role}"
    return engine.settings.cache / f"{hashlib.sha256(place.encode()).hexdigest()[:8]}_{PARSED}"


def _keep(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")  # homes may share it
    shutil.copy(source, draft)
    draft.replace(target)


def _log_result(result: dict) -> None:
    kind, _, name = result["unique_id"].split(".")[0], *result["unique_id"].split(".", 2)[1:]
    if kind in ("model", "seed") or result["status"] not in ("pass", "success", "no-op"):
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
