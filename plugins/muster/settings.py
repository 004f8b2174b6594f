"""The only reader of the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from muster.errors import UsageError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT_ROOT / "dbt_project"
EXPECTATIONS = PROJECT_ROOT / "expectations"
SAMPLE_LANDING = DBT_PROJECT / "sample"
TARGETS = ("duckdb", "postgres", "spark")


@dataclass(frozen=True)
class Settings:
    """Where a run reads and writes, and on which engine.

    home: MUSTER_HOME, holds releases, lake, private vault, ledger and journal.
    landing: MUSTER_LANDING, the landing zone.
    target: MUSTER_TARGET, the dbt target that transforms.
    dbt_project: the dbt project, with the policy tables under seeds/policy.
    cache: MUSTER_CACHE, what only saves time and may be deleted; homes may share it; under home where it is not given.
    """

    home: Path
    landing: Path
    target: str = "duckdb"
    dbt_project: Path = DBT_PROJECT
    cache: Path | None = None

    def __post_init__(self) -> None:
        if self.cache is None:
            object.__setattr__(self, "cache", self.home / "cache")

    @classmethod
    def from_environment(cls, landing: str | Path | None = None) -> "Settings":
        """Settings of this process; `landing` (a command's option) wins over MUSTER_LANDING."""
        target = os.environ.get("MUSTER_TARGET") or "duckdb"
        if target not in TARGETS:
            raise UsageError(f"MUSTER_TARGET={target} is not a target; there are: {', '.join(TARGETS)}")
        home = Path(os.environ.get("MUSTER_HOME") or PROJECT_ROOT / "var")
        zone = Path(landing or os.environ.get("MUSTER_LANDING") or SAMPLE_LANDING)
        cache = os.environ.get("MUSTER_CACHE")
        return cls(
            home=home.expanduser().absolute(),
            landing=zone.expanduser().absolute(),
            target=target,
            cache=Path(cache).expanduser().absolute() if cache else None,
        )

    @property
    def policy_folder(self) -> Path:
        return self.dbt_project / "seeds" / "policy"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def current(self) -> Path:
        return self.home / "current"

    @property
    def lake(self) -> Path:
        return self.home / "lake"

    @property
    def ledger(self) -> Path:
        return self.home / "ledger"

    @property
    def private(self) -> Path:
        return self.home / "private"


def airflow_home() -> Path:
    """AIRFLOW_HOME of this process."""
    return Path(os.environ.get("AIRFLOW_HOME") or PROJECT_ROOT / "var" / "airflow")


def child_environment(**extra: str) -> dict[str, str]:
    """The environment for a subprocess: this one's, telemetry off, plus `extra`."""
    return {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1", **extra}
