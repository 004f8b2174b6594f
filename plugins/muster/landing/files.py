"""Which files lie in a landing zone, of which kind, and whether they are still being written."""

import fnmatch
import hashlib
import time
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from muster.errors import MusterError
from muster.landing.feeds import FEEDS, Feed
from muster.landing.mapping import FILE_NAME, Mapping

KINDS = {
    ".parquet": "parquet", ".csv": "csv", ".csv.gz": "csv",
    ".jsonl": "jsonl", ".jsonl.gz": "jsonl", ".xlsx": "xlsx",
}  # fmt: skip
XLSX_FEEDS = ("contacts",)
# Kinds that hold data, yet not in a form that is read: to pass over one would lose it.
UNREAD_DATA = (
    ".xlsx", ".xls", ".ods", ".tsv", ".txt", ".json", ".ndjson", ".avro", ".orc", ".parq", ".zip", ".gz",
    ".bz2", ".zst", ".7z", ".xml", ".dat",
)  # fmt: skip
HIDDEN = (".", "_", "~$")  # ~$: a spreadsheet that somebody has open
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".inprogress")


@dataclass(frozen=True)
class LandingFile:
    """One file of one feed. `path` is relative to the landing zone, with forward slashes."""

    feed: str
    path: str
    absolute: Path
    kind: str
    size: int
    mtime_ns: int
    shared: bool  # another feed reads the same file

    def sha256(self) -> str:
        with self.absolute.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Listing:
    """A landing zone's files by feed, in byte order of their paths, and what was passed over and why."""

    files: dict[str, list[LandingFile]]
    unfinished: list[str]
    ignored: list[str]
    stray: list[str]  # data that lies where no feed looks


def kind_of(name: str) -> str | None:
    """The kind of a file, by its name's ending."""
    return next((kind for ending, kind in KINDS.items() if name.lower().endswith(ending)), None)


def list_landing(landing: Path, mapping: Mapping) -> Listing:
    """All files of all feeds; MusterError where the zone is missing or a file is of an unread kind."""
    if not landing.is_dir():
        raise MusterError(f"the landing zone {landing} is no folder", "give one with --landing or MUSTER_LANDING")
    paths = {feed.name: _paths(landing, feed, mapping.feed(feed.name).files) for feed in FEEDS.values()}
    readers: dict[Path, int] = {}
    for found in paths.values():
        for path in found:
            readers[path] = readers.get(path, 0) + 1
    listing = Listing({}, [], [], _stray(landing, readers))
    for name, found in paths.items():
        files = [f for path in found if (f := _landing_file(landing, name, path, readers[path] > 1, listing))]
        listing.files[name] = sorted(files, key=lambda f: f.path.encode())
    return listing


def _stray(landing: Path, read: Container[Path]) -> list[str]:
    paths = (p for p in landing.rglob("*") if p not in read and kind_of(p.name) and p.is_file())
    return sorted(p.relative_to(landing).as_posix() for p in paths if not _is_hidden(p.relative_to(landing)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(HIDDEN) for part in path.parts)


def _paths(landing: Path, feed: Feed, glob: str | None) -> list[Path]:
    if glob is None:
        return [p for p in (landing / feed.name).rglob("*") if p.is_file()]
    found = [p for p in landing.rglob("*") if p.is_file() and _matches(p.relative_to(landing).as_posix(), glob)]
    if not found:
        raise MusterError(
            f"{FILE_NAME}: feeds.{feed.name}.files: no file of the landing zone matches `{glob}`",
            "give a path under the landing zone, for example exports/*.csv or exports/**/*.csv",
        )
    return found


def _matches(path: str, glob: str) -> bool:
    """`*` stays within a folder, `**` crosses folders."""
    parts, patterns = path.split("/"), glob.strip("/").split("/")

    def match(i: int, j: int) -> bool:
        if j == len(patterns):
            return i == len(parts)
        if patterns[j] == "**":
            return any(match(k, j + 1) for k in range(i, len(parts) + 1))
        return i < len(parts) and fnmatch.fnmatchcase(parts[i], patterns[j]) and match(i + 1, j + 1)

    return match(0, 0)


def _landing_file(landing: Path, feed: str, path: Path, shared: bool, listing: Listing) -> LandingFile | None:
    relative, name = path.relative_to(landing).as_posix(), path.name
    if _is_hidden(path.relative_to(landing)):
        return None
    if any(sign in relative for sign in "*?["):
        raise MusterError(
            f"{relative}: a path with *, ? or [ is not read, because it can stand for other files", "rename it"
        )
    if name.lower().endswith(UNFINISHED):
        listing.unfinished.append(relative)
        return None
    kind = kind_of(name)
    if kind is None or (kind == "xlsx" and feed not in XLSX_FEEDS):
        if name.lower().endswith(UNREAD_DATA):
            raise MusterError(
                f"{relative}: files of this kind are not read in the feed {feed}",
                "save it as .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet, or take it out of the folder",
            )
        listing.ignored.append(relative)
        return None
    stat = path.stat()
    return LandingFile(feed, relative, path, kind, stat.st_size, stat.st_mtime_ns, shared)


def settled(files: list[LandingFile], interval_seconds: float) -> tuple[list[LandingFile], list[LandingFile]]:
    """Split `files` into (finished, still being written).

    A file is finished with `_SUCCESS` beside it, or when its size and time stood still over the interval.
    """
    unsure = [
        f
        for f in files
        if not (f.absolute.parent / "_SUCCESS").exists() and time.time() - f.mtime_ns / 1e9 < interval_seconds
    ]
    if unsure:
        time.sleep(interval_seconds)
    growing = {f.absolute for f in unsure if has_changed(f)}
    return [f for f in files if f.absolute not in growing], [f for f in files if f.absolute in growing]


def has_changed(file: LandingFile) -> bool:
    """Whether the file is another one, or none, since it was listed."""
    try:
        stat = file.absolute.stat()
    except FileNotFoundError:
        return True
    return (stat.st_size, stat.st_mtime_ns) != (file.size, file.mtime_ns)
