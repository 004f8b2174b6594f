"""dbt's tests of the policy tables: they read those files alone, so they are due when one of them has changed."""

import hashlib
from pathlib import Path

from muster.settings import Settings

SELECTION = "path:seeds,resource_type:test"
"""dbt's selection of them."""


def are_due(settings: Settings) -> bool:
    """Whether the policy is not, letter by letter, the one that passed on this engine last."""
    noted = _noted(settings)
    return not noted.exists() or noted.read_text() != _digest(settings.policy_folder)


def note_passed(settings: Settings) -> None:
    """They have passed, as the policy is now."""
    draft = _noted(settings).with_suffix(f".{_digest(settings.policy_folder)[:8]}")  # homes may share a cache
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(_digest(settings.policy_folder))
    draft.replace(_noted(settings))


def _noted(settings: Settings) -> Path:
    return settings.cache / f"tested_policy_{settings.target}"


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        whole.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
