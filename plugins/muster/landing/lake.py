"""The append-only Parquet lake: what has been taken in, by which night, and which rows of it count.

`lake/<feed>/<version>-<part>.parquet` holds rows, `lake/_log/<version>.json` says which landing files they
came from. An entry of the log is written whole and renamed into place: that rename is the commit. The state
of the lake is the fold over its log; parts that no entry names are left-overs and are removed.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from muster.durable import sync, write
from muster.landing.feeds import FEEDS

LOG = "_log"


@dataclass(frozen=True)
class TakenFile:
    """A landing file as it was taken in. `rows` counts all rows, `quarantined` those that count nowhere."""

    feed: str
    path: str
    size: int
    mtime_ns: int
    sha256: str
    fingerprint: str
    rows: int
    quarantined: int
    parts: list[str]
    run: str


@dataclass
class Entry:
    """One commit. `accepted`: path -> sha256 of a changed file to take in again; `withdrawn`: paths to leave out."""

    run: str
    landing: str = ""
    currency: str | None = None
    taken: list[TakenFile] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    repeats: dict[str, list[str]] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)

    @property
    def parts(self) -> list[str]:
        """The lake's files that this commit adds."""
        lists = [part for parts in self.repeats.values() for part in parts]
        return sorted({part for file in self.taken for part in file.parts}) + lists


@dataclass
class LakeState:
    """The fold of a lake's log: the files whose rows count, and what else must be remembered."""

    version: int = 0
    runs: set[str] = field(default_factory=set)
    landing: str = ""
    currency: str | None = None
    files: dict[tuple[str, str], TakenFile] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)
    parts: dict[str, set[str]] = field(default_factory=dict)  # part -> landing paths that it holds
    repeats: dict[str, list[str]] = field(default_factory=dict)  # feed -> lists of keys that came more than once
    accepted: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)

    def apply(self, entry: Entry) -> None:
        """Fold one more entry in."""
        self.version += 1
        self.runs.add(entry.run)
        self.landing = entry.landing or self.landing
        self.currency = entry.currency or self.currency
        for path, sha256 in entry.accepted.items():
            self.accepted[path] = sha256
            self.withdrawn.discard(path)
        for path in entry.withdrawn:
            self.withdrawn.add(path)
            self.accepted.pop(path, None)
            for feed in FEEDS:
                self.files.pop((feed, path), None)
        for file in entry.taken:
            for part in file.parts:
                self.parts.setdefault(part, set()).add(file.path)
            if file.path not in self.withdrawn:  # by hand, while the night that took it in was under way
                self.files[file.feed, file.path] = file
        for feed, names in entry.columns.items():
            self.columns.setdefault(feed, set()).update(names)
        for feed, parts in entry.repeats.items():
            self.repeats.setdefault(feed, []).extend(parts)

    def live(self, feed: str) -> dict[str, set[str]]:
        """The feed's parts with rows that count -> the landing paths in it whose rows do not count (any more)."""
        live = [f for (name, _), f in self.files.items() if name == feed]
        counting: dict[str, set[str]] = {}
        for file in live:
            for part in file.parts:
                counting.setdefault(part, set()).add(file.path)
        return {part: self.parts[part] - paths for part, paths in sorted(counting.items())}


class Lake:
    """A lake folder. Only a publishing night and `muster landing` write to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def state(self) -> LakeState:
        """Read the log; an empty state where there is no lake yet."""
        state = LakeState()
        for path in sorted((self.folder / LOG).glob("*.json")):
            document = json.loads(path.read_text())
            document["taken"] = [TakenFile(**file) for file in document["taken"]]
            state.apply(Entry(**document))
        return state

    def commit(self, entry: Entry) -> int:
        """Append `entry` to the log by one atomic rename; returns the new version."""
        log = self.folder / LOG
        log.mkdir(parents=True, exist_ok=True)
        version = self.state().version + 1
        write(log / f"{version:06d}.json", json.dumps(asdict(entry), indent=1))
        return version

    def adopt(self, staged: Path, entry: Entry) -> None:
        """Move a night's staged parts (`<staged>/<part>`) into the lake, then commit; called again, it goes on."""
        if entry.run in self.state().runs:
            return
        for part in entry.parts:
            target = self.folder / part
            if target.exists() and not (staged / part).exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            sync(staged / part)
            (staged / part).replace(target)
        self.commit(entry)

    def remove_leftovers(self) -> None:
        """Remove parts that no entry names: a publish was killed between moving them and the commit."""
        state = self.state()
        known = state.parts.keys() | {part for parts in state.repeats.values() for part in parts}
        for path in self.folder.glob("*/*.parquet"):
            if path.relative_to(self.folder).as_posix() not in known:
                path.unlink()
