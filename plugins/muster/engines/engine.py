"""What a night asks of the engine that transforms it. Everything else is the same on every engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from muster.errors import MusterError
from muster.settings import Settings

if TYPE_CHECKING:
    from muster.candidate import Candidate
    from muster.journal import RunRecord
    from muster.landing.lake import LakeState
    from muster.release import Release

PUBLISHED = ("marts", "state", "policy")
"""Layers that a release holds."""
WORK = ("raw", "staging", "intermediate", "exports")
"""Layers that are gone when the night is published."""
CARRIED = ("marts", "state")
"""Layers of the previous release that models read."""
BACKTEST_STAGES = "backtest_intermediate"
"""The layer of the backtest that the night reads."""
CARRIED_MARTS = ("segment_history",)
"""Marts that change little from night to night, as everything in layer `state` does."""


class Role(StrEnum):
    """Whose tables a dbt call builds: the night's own, or those of the backtest day, which nobody publishes."""

    NIGHT = "night"
    BACKTEST = "backtest"


@dataclass(frozen=True)
class Layer:
    """Where a layer's tables lie. database: None where the engine has none above schemas."""

    database: str | None
    schema: str


@dataclass(frozen=True)
class DbtOutcome:
    """Whether a dbt call succeeded, what it said, and what came of each node: unique_id, status, message, seconds."""

    succeeded: bool
    said: str
    results: list[dict]


RunDbt = Callable[[Sequence[str], Mapping[str, str], Path], DbtOutcome]
"""Runs dbt with arguments and additional environment, in a folder."""


@dataclass(frozen=True)
class AuditSource:
    """What Great Expectations connects to. schemas: layer -> schema, for the tables and within queries."""

    url: str
    connect_arguments: Mapping[str, object] = field(default_factory=dict)
    schemas: Mapping[str, str] = field(default_factory=dict)


class Engine(ABC):
    """One MUSTER_HOME's tables on one engine."""

    name: str

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def missing(self, release: Release) -> MusterError:
        """The error of a release that this engine does not hold."""
        return MusterError(
            f"release {release.name}, which {release.target} built, is not on {self.name}",
            f"carry it over: muster migrate --to {self.name}",
        )

    @abstractmethod
    def layers(self, role: Role) -> dict[str, Layer]:
        """Where each layer lies in a dbt call; the same every night, so that dbt need not parse the project again.

        `previous_<layer>` is there for what the night carries, BACKTEST_STAGES always.
        """

    def materializations(self, role: Role) -> dict[str, str]:
        """dbt variables that say how models are kept.

        carried_as: those that change little from night to night. seldom_read_as: those that some nights alone read.
        """
        return {}

    @abstractmethod
    def open_candidate(
        self, candidate: Candidate, previous: Release | None, lake: Path, state: LakeState, runs: list[RunRecord]
    ) -> None:
        """Make the candidate's empty layers; `raw` shows the lake's rows that count, as one table per feed.

        previous: the release that state is carried from, None before the first one.
        """

    @abstractmethod
    def dbt(self, candidate: Candidate) -> AbstractContextManager[RunDbt]:
        """What runs dbt, for as long as one step of the night."""

    @abstractmethod
    def reading(self, candidate: Candidate) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A DuckDB connection, whatever the engine: published layers by their names, others as `work.<layer>`."""

    @abstractmethod
    def reading_release(self, release: Release) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A DuckDB connection that sees a release's layers by their names."""

    @abstractmethod
    def auditing(self, candidate: Candidate, boundary: str) -> AbstractContextManager[AuditSource]:
        """What Great Expectations connects to at one boundary (raw or marts)."""

    @abstractmethod
    def write_measured(self, candidate: Candidate, table: str, rows: list[dict]) -> None:
        """Replace the rows of a table of raw by what was fitted or measured this night. table: one of MEASURED."""

    @abstractmethod
    def close_candidate(self, candidate: Candidate) -> dict[str, int]:
        """Make the candidate's tables whole, ready to be a release; returns rows per published table. Repeatable."""

    @abstractmethod
    def adopt(self, release: Release, tables: Path) -> None:
        """Take in a release that another engine built. tables: a folder, `<layer>/<table>/*.parquet`. Repeatable."""

    def show(self, release: Release) -> None:  # noqa: B027 - most engines need nothing but the link to the folder
        """Readers who do not come through MUSTER_HOME/current change over to `release`, all tables at once."""

    def remove_leftovers(self, known: Sequence[str]) -> None:  # noqa: B027
        """Remove what old releases and killed runs left outside the home; known: names of the releases there are."""
