"""Which landing files a night has to read: the new ones, and those whose reading has changed."""

from dataclasses import dataclass, field

from muster.errors import MusterError
from muster.landing.feeds import FEEDS
from muster.landing.files import LandingFile, Listing, settled
from muster.landing.lake import LakeState, TakenFile
from muster.landing.mapping import FILE_NAME, Mapping


@dataclass
class Arrivals:
    """Files to take in by feed, and files that are still being written (left for the next night)."""

    files: dict[str, list[LandingFile]] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)


def arrivals(listing: Listing, state: LakeState, mapping: Mapping, settle_seconds: float) -> Arrivals:
    """Compare a landing zone with what the lake holds; MusterError names changed or vanished files."""
    present = {(f.feed, f.path): f for files in listing.files.values() for f in files}
    _same_landing(present, state)
    wanted = [f for f in present.values() if _to_read(f, state, mapping)]
    finished, growing = settled(wanted, settle_seconds)
    found = Arrivals(unfinished=sorted({*listing.unfinished, *(f.path for f in growing)}))
    for file in finished:
        found.files.setdefault(file.feed, []).append(file)
    _remapped_and_gone(present, state, mapping)
    return found


def _to_read(file: LandingFile, state: LakeState, mapping: Mapping) -> bool:
    if file.path in state.withdrawn:
        return False
    taken = state.files.get((file.feed, file.path))
    if taken is None:
        return True
    if (file.size, file.mtime_ns) != (taken.size, taken.mtime_ns):
        content = file.sha256()
        if content != taken.sha256:
            if state.accepted.get(file.path) == content:
                return True
            raise _changed(file, taken)
    return taken.fingerprint != mapping.fingerprint(FEEDS[file.feed])


def _changed(file: LandingFile, taken: TakenFile) -> MusterError:
    return MusterError(
        f"{file.path} changed after it had been taken in by run {taken.run} "
        f"(then {taken.size} bytes with {taken.rows} rows, now {file.size} bytes)",
        f"`muster landing accept {file.path}` takes the new content in its place, "
        f"`muster landing withdraw {file.path}` takes its rows out; "
        "a correction is better sent as a new file with a greater name",
    )


def _same_landing(present: dict[tuple[str, str], LandingFile], state: LakeState) -> None:
    """One home serves one landing zone: a zone that shares no file with the lake is another one."""
    if state.files and not present.keys() & state.files.keys():
        raise MusterError(
            f"this MUSTER_HOME holds another landing zone ({state.landing}); none of its "
            f"{len(state.files)} files is here",
            "give every landing zone its own MUSTER_HOME, or correct --landing",
        )


def _remapped_and_gone(present: dict[tuple[str, str], LandingFile], state: LakeState, mapping: Mapping) -> None:
    for key, taken in state.files.items():
        if key not in present and taken.fingerprint != mapping.fingerprint(FEEDS[taken.feed]):
            raise MusterError(
                f"{FILE_NAME} changed for the feed {taken.feed}, so its files must be read again, "
                f"but {taken.path} is no longer in the landing zone",
                f"put the file back, or take its rows out: `muster landing withdraw {taken.path}`",
            )
