"""Releases: manifest, atomic publish, retention, rollback."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from muster.candidate import Candidate
from muster.durable import sync, sync_tree
from muster.engines import engine_of
from muster.errors import MusterError
from muster.settings import Settings

MANIFEST = "manifest.json"
PACKAGES = ("muster", "duckdb", "dbt-core", "dbt-duckdb", "great-expectations", "apache-airflow")


@dataclass(frozen=True, order=True)
class Release:
    """A published night. Releases order by as_of_date, then by run."""

    as_of_date: date
    run: str
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def target(self) -> str:
        """The engine that built it."""
        return self.manifest().get("target", "duckdb")

    @property
    def published_at(self) -> str:
        return self.manifest()["published_at"]

    def manifest(self) -> dict:
        return json.loads((self.folder / MANIFEST).read_text())


def releases(settings: Settings) -> list[Release]:
    """All published releases, oldest first."""
    found = []
    for manifest in settings.releases.glob(f"[0-9]*/{MANIFEST}"):
        as_of_date, _, run = manifest.parent.name.partition("_")
        found.append(Release(date.fromisoformat(as_of_date), run, manifest.parent))
    return sorted(found)


def of_run(settings: Settings, run: str) -> Release | None:
    """The release that a run published; None before it did, or once retention has removed it."""
    return next((r for r in releases(settings) if r.run == run), None)


def current(settings: Settings) -> Release | None:
    """The release that readers see, or None before the first one."""
    if not settings.current.is_symlink():
        return None
    target = settings.current.resolve()
    return next((r for r in releases(settings) if r.folder.resolve() == target), None)


def named(settings: Settings, name: str | None) -> Release:
    """The release of that name, the current one without a name; MusterError where there is none."""
    known = releases(settings)
    found = next((r for r in known if r.name == name), None) if name else current(settings)
    if found is None:
        others = ", ".join(r.name for r in reversed(known)) or "none"
        raise MusterError(f"there is no release {name}" if name else "there is no release yet", f"releases: {others}")
    return found


def previous(settings: Settings, as_of_date: date) -> Release | None:
    """The release that state is carried from: the newest one of an earlier as_of_date, not `current`."""
    return max((r for r in releases(settings) if r.as_of_date < as_of_date), default=None)


def write_manifest(candidate: Candidate, rows: dict[str, int], published_at: str) -> None:
    """Write manifest.json: inputs and every file with sha256, rows per table, versions."""
    files = sorted(
        p for p in candidate.folder.rglob("*")
        if p.is_file() and p.name not in (MANIFEST, "candidate.json") and candidate.work not in p.parents
    )  # fmt: skip
    document = {
        "as_of_date": str(candidate.as_of_date),
        "run": candidate.run,
        "target": candidate.target,
        "started_at": candidate.started_at,
        "published_at": published_at,
        "business_timezone": candidate.business_timezone,
        "currency": candidate.currency,
        "previous_release": candidate.previous,
        "versions": {name: version(name) for name in PACKAGES},
        "warnings": candidate.warnings,
        "inputs": candidate.inputs,
        "tables": rows,
        "checks": {
            "passed": sum(check["success"] for check in candidate.checks),
            "warned": sum(not check["success"] for check in candidate.checks),
        },
        "files": [_file_entry(candidate, path) for path in files],
    }
    (candidate.folder / MANIFEST).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _file_entry(candidate: Candidate, path: Path) -> dict:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    name = path.relative_to(candidate.folder).as_posix()
    return {"path": name, "bytes": path.stat().st_size, "sha256": sha256, "rows": candidate.exports.get(name)}


def publish(settings: Settings, candidate: Candidate) -> Release:
    """Make the candidate a release; nobody is shown it yet."""
    shutil.rmtree(candidate.work, ignore_errors=True)
    sync_tree(candidate.folder)
    (candidate.folder / "candidate.json").unlink()
    folder = settings.releases / candidate.name
    candidate.folder.rename(folder)
    sync(settings.releases)
    return Release(candidate.as_of_date, candidate.run, folder)


def show(settings: Settings, release: Release) -> None:
    """Readers change over by one rename, unless a newer night is already current."""
    shown = current(settings)
    if shown is None or shown.as_of_date <= release.as_of_date:
        point_current(settings, release)


def point_current(settings: Settings, release: Release) -> None:
    """Move the engine's readers to `release`, then `current` by one atomic rename."""
    engine_of(settings).show(release)
    draft = settings.home / ".current.tmp"
    draft.unlink(missing_ok=True)
    draft.symlink_to(Path("releases") / release.name)
    draft.replace(settings.current)
    sync(settings.home)


def rollback(settings: Settings, to: str | None = None) -> tuple[Release, Release]:
    """Point `current` at the release before it, or at the one named `to`; returns (from, to)."""
    shown = current(settings)
    if shown is None:
        raise MusterError("there is no release yet", "run a night first: muster run --as-of YYYY-MM-DD")
    known = releases(settings)
    candidates = [r for r in known if r.name == to] if to else [r for r in known if r < shown]
    if not candidates:
        names = ", ".join(r.name for r in known if r != shown) or "none"
        raise MusterError(f"no release {to or 'before ' + shown.name} to go back to", f"other releases: {names}")
    point_current(settings, candidates[-1])
    return shown, candidates[-1]


def remove_old(settings: Settings, keep: int) -> list[str]:
    """Remove all but the newest `keep` releases.

    Never the current one, the one that the newest night takes its state from (it may be run again more than `keep`
    times), or the one on which a backfill of nights long ago goes on: of the others the last published, as long as one
    of the newest was published before it.
    """
    known = releases(settings)
    spared = [current(settings)] + [previous(settings, r.as_of_date) for r in known[-1:]]
    when = {r: (r.published_at, r.run) for r in known}
    if last := max(known[:-keep], key=when.get, default=None):
        spared += [last for r in known[-keep:] if when[r] < when[last]]
    old = [r for r in known[:-keep] if r not in spared]
    for release in old:
        doomed = settings.releases / f".candidate_removed_{release.name}"
        release.folder.rename(doomed)
        shutil.rmtree(doomed)
    engine_of(settings).remove_leftovers([release.name for release in releases(settings)])
    return [release.name for release in old]
