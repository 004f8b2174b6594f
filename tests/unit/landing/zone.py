"""A landing zone that is taken in directly, in milliseconds, without the rest of the night."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from muster.errors import MusterError
from muster.landing.handles import private_folder
from muster.landing.ingest import Ingested, ingest
from muster.landing.lake import Lake, LakeState
from muster.policy import Policy
from muster.settings import DBT_PROJECT
from support.shops import Shop

POLICY = Policy.read(DBT_PROJECT / "seeds" / "policy")


def order(number: int = 1, **more: Any) -> dict:
    """A usable row of the orders feed."""
    return {
        "order_id": f"o{number}", "user_id": f"u{number}", "ordered_at": "2024-01-01 10:00:00",
        "amount": "1.50",
    } | more  # fmt: skip


class Zone(Shop):
    """`take` stages what is new, `commit` adds it to the lake; `staged` and `counting` show the rows."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "landing", folder / "home")
        self.lake = Lake(self.settings.lake)
        self.policy = POLICY
        self.runs = 0
        self.folder = folder
        self.last: Ingested | None = None

    @property
    def staging(self) -> Path:
        return self.home / f"staged{self.runs}"

    @property
    def private(self) -> Path:
        """What the last take wrote for the vault."""
        return self.settings.private / f".candidate_r{self.runs}"

    def take(self) -> Ingested:
        self.runs += 1
        run = f"r{self.runs}"
        private_folder(self.settings.private)
        self.last = ingest(self.landing, self.lake, self.staging, private_folder(self.private), run, self.policy)
        return self.last

    def commit(self) -> Ingested:
        """Take in and add to the lake."""
        taken = self.take()
        if taken.entry.taken:
            self.lake.adopt(self.staging, taken.entry)
        return taken

    def refused(self) -> str:
        """Take in and return why it was refused, message and hint."""
        with pytest.raises(MusterError) as refusal:
            self.take()
        return str(refusal.value)

    def staged(self, columns: str = "*", feed: str = "orders") -> list[tuple]:
        """The last take's rows, by file and row."""
        return _rows(sorted(self.staging.glob(f"{feed}/*.parquet")), columns)

    def counting(self, columns: str = "*", feed: str = "orders") -> list[tuple]:
        """The lake's rows that count, by file and row."""
        rows = []
        for part, hidden in self.state().live(feed).items():
            path, names = self.lake.folder / part, f"_file, {columns}"
            rows += [row[1:] for row in _rows([path], names) if row[0] not in hidden]
        return rows

    def state(self) -> LakeState:
        return self.lake.state()


def _rows(paths: list[Path], columns: str) -> list[tuple]:
    if not paths:
        return []
    with duckdb.connect() as connection:
        names = [str(path) for path in paths]
        return connection.execute(
            f"select {columns} from read_parquet(?, union_by_name = true) order by _file, _row", [names]
        ).fetchall()
