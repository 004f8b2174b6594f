"""The journal of runs: one JSON line when a run starts and one when it ends, whatever its end."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

FILE_NAME = "journal.jsonl"


@dataclass
class RunRecord:
    """One run. status: running, released or failed; times in ISO 8601, UTC."""

    run: str
    run_as_of_date: str
    started_at: str
    finished_at: str | None = None
    status: str = "running"
    failed_step: str | None = None
    message: str | None = None


def utc_now() -> str:
    """The wall clock, for journal, manifest and names only; never for a result."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def append(home: Path, record: RunRecord) -> None:
    home.mkdir(parents=True, exist_ok=True)
    with (home / FILE_NAME).open("a") as stream:
        stream.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")


def read(home: Path) -> list[RunRecord]:
    """The newest line of every run, in the order in which the runs started."""
    path = home / FILE_NAME
    if not path.exists():
        return []
    records: dict[str, RunRecord] = {}
    for line in path.read_text().splitlines():
        record = RunRecord(**json.loads(line))
        records[record.run] = record
    return list(records.values())


def close_killed(home: Path, released: set[str]) -> None:
    """Note the end of runs that are still called running; the caller holds the lock, so they are dead.

    released: the runs whose release is there; one may have been killed between its publication and its line here.
    """
    for record in read(home):
        if record.status == "running" and record.run in released:
            append(home, replace(record, finished_at=utc_now(), status="released"))
        elif record.status == "running":
            append(home, replace(record, finished_at=utc_now(), status="failed", message="killed"))
