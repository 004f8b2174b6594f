"""dbt's tests of the policy tables: they read those files alone, so they are due when one of them has changed."""

import hashlib
from pathlib import Path

from muster.settings import Settings

SELECTION = "path:seeds,resource_type:test"
"""dbt's selection of them."""
INDIRECTLY = "--indirect-selection cautious"
"""How dbt selects them: else whatever reads a policy table is one of them, though it reads the night's tables too."""
REMEMBERED = 20
"""Policies that have passed and are not tested again when somebody goes back to them."""


def are_due(settings: Settings) -> bool:
    """Whether the policy is not, letter by letter, one that has passed on this engine."""
    return _digest(settings.policy_folder) not in _passed(settings)


def note_passed(settings: Settings) -> None:
    """They have passed, as the policy is now."""
    digest = _digest(settings.policy_folder)
    passed = [known for known in _passed(settings) if known != digest]
    noted = _noted(settings)
    draft = noted.with_suffix(f".{digest[:8]}")  # homes may share a cache
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text("\n".join([*passed, digest][-REMEMBERED:]))
    draft.replace(noted)


def _passed(settings: Settings) -> list[str]:
    noted = _noted(settings)
    return noted.read_text().splitlines() if noted.exists() else []


def _noted(settings: Settings) -> Path:
    return settings.cache / f"tested_policy_{settings.target}"


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        whole.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
