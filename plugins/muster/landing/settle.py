"""`muster landing accept|withdraw`: what becomes of a landing file that changed after it was taken in."""

from pathlib import Path

from muster.errors import MusterError
from muster.landing.files import LandingFile, list_landing
from muster.landing.lake import Entry, Lake, LakeState
from muster.landing.mapping import read_mapping
from muster.lock import short_lock
from muster.settings import Settings

BY_HAND = "by hand"


def accept(settings: Settings, file: str) -> str:
    """Remember that the file's present content is right; the next run reads it again."""
    with short_lock(settings.home):
        lake = Lake(settings.lake)
        path = _path_in_zone(settings, file)
        present = _present(settings, path)
        if present is None:
            raise MusterError(f"{path} is not in the landing zone {settings.landing}", "give its path under the zone")
        _known(lake.state(), path)
        lake.commit(Entry(run=BY_HAND, accepted={path: present.sha256()}))
    return f"accepted {path}: the next run takes its present content in the place of the old"


def withdraw(settings: Settings, file: str) -> str:
    """Take the file's rows out of the lake's count; the next release no longer holds them."""
    with short_lock(settings.home):
        lake = Lake(settings.lake)
        path = _path_in_zone(settings, file)
        _known(lake.state(), path)
        lake.commit(Entry(run=BY_HAND, withdrawn=[path]))
    return f"withdrew {path}: from the next run on its rows do not count; `muster landing accept` takes it in again"


def _path_in_zone(settings: Settings, file: str) -> str:
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(settings.landing):
        path = path.relative_to(settings.landing)
    return path.as_posix()


def _present(settings: Settings, path: str) -> LandingFile | None:
    files = list_landing(settings.landing, read_mapping(settings.landing)).files
    return next((f for found in files.values() for f in found if f.path == path), None)


def _known(state: LakeState, path: str) -> None:
    taken = {p for _, p in state.files}
    if path not in taken and path not in state.withdrawn:
        raise MusterError(
            f"{path} has never been taken in",
            f"taken in so far: {', '.join(sorted(taken)[:10]) or 'nothing'}; a new file needs no command",
        )
