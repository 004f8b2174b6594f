"""A night's private folder: everything that is not yet published, shared by the night's steps."""

import json
import shutil
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from muster.errors import MusterError
from muster.landing.handles import private_folder
from muster.settings import Settings

PREFIX = ".candidate_"
FILE_NAME = "candidate.json"


@dataclass
class Candidate:
    """One run's working state, kept in `candidate.json` so that each step may be its own process.

    target: the engine's name. entry: the lake's commit of this night, as JSON. previous: name of the release that state
    is carried from.
    """

    run: str
    as_of_date: date
    folder: Path
    private: Path
    started_at: str
    target: str
    previous: str | None = None
    currency: str | None = None
    business_timezone: str = "UTC"
    entry: dict = field(default_factory=dict)
    inputs: list[dict] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    checks: list[dict] = field(default_factory=list)
    exports: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.as_of_date}_{self.run}"

    @property
    def work(self) -> Path:
        """Scratch that is not published: raw views, staging, intermediate, dbt's own files."""
        return self.folder / "work"

    @property
    def staged(self) -> Path:
        return self.work / "lake"

    @property
    def exports_folder(self) -> Path:
        return self.folder / "exports"

    @property
    def quality(self) -> Path:
        return self.folder / "quality"

    def save(self) -> None:
        document = asdict(self) | {
            "as_of_date": str(self.as_of_date), "folder": str(self.folder), "private": str(self.private),
        }  # fmt: skip
        draft = self.folder / f".{FILE_NAME}.tmp"
        draft.write_text(json.dumps(document, indent=1))
        draft.replace(self.folder / FILE_NAME)


def create(settings: Settings, as_of_date: date, run: str, started_at: str) -> Candidate:
    """A new, empty candidate; what a killed run left behind is removed first."""
    remove_leftovers(settings)
    folder = settings.releases / f"{PREFIX}{as_of_date}_{run}"
    private_folder(settings.private)
    private = private_of(settings, run)
    candidate = Candidate(run, as_of_date, folder, private_folder(private), started_at, settings.target)
    for path in (candidate.staged, candidate.exports_folder, candidate.quality):
        path.mkdir(parents=True)
    candidate.save()
    return candidate


def private_of(settings: Settings, run: str) -> Path:
    """Where the run's plain handles and quarantined rows wait until it is published."""
    return settings.private / f"{PREFIX}{run}"


def load(settings: Settings, run: str) -> Candidate:
    """The candidate of `run`; MusterError where it is gone."""
    found = list(settings.releases.glob(f"{PREFIX}*_{run}/{FILE_NAME}"))
    if len(found) != 1:
        raise MusterError(f"the candidate of run {run} is gone", "start the night again, from its first step")
    document = json.loads(found[0].read_text())
    return Candidate(
        **document | {
            "as_of_date": date.fromisoformat(document["as_of_date"]),
            "folder": Path(document["folder"]), "private": Path(document["private"]),
        }
    )  # fmt: skip


def remove_leftovers(settings: Settings) -> None:
    """Remove candidates that no live run owns; the caller holds the lock.

    Renamed first: a killed run's dbt may live on for some seconds and must not write into what is being removed.
    """
    for parent in (settings.releases, settings.private):
        for folder in parent.glob(f"{PREFIX}*"):
            doomed = folder.with_name(f"{PREFIX}removed_{folder.name.removeprefix(PREFIX).removeprefix('removed_')}")
            folder.rename(doomed)
            shutil.rmtree(doomed)
