"""A small shop's night after `transform`: what dbt built, and what it wrote about the project."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from muster import candidate as candidates
from muster import nightly, release
from muster.candidate import Candidate
from muster.dbt_build import Dbt
from muster.policy import Policy

from support.cases import OpenShop
from support.shops import Shop

BEFORE, DAY = "2024-01-09", "2024-01-10"
PUBLISHED = ("marts", "state", "exports")

# The night before: bob, and a purchase. Then ann, who was there before him and has his phone; one dormant and two
# scored buyers, a visitor, staff, somebody who asked for peace, a linked refund, a row that cannot be read.
BOB = [{"user_id": "bob", "registered_at": "2023-12-02", "phone": "+441632960001"}]
FIRST_LINE = [{"order_id": "0", "user_id": "bob", "ordered_at": "2024-01-09", "line_amount": "5"}]
USERS = [
    {"user_id": "ann", "registered_at": "2023-12-01", "phone": "+44 1632 960001"},
    {"user_id": "visitor", "registered_at": "2024-01-09"},
    {"user_id": "staff", "registered_at": "2023-12-01", "is_staff": "yes"},
    {"user_id": "peace", "registered_at": "2023-12-01", "do_not_contact": "yes"},
]
LINES = [
    {"order_id": "1", "user_id": "ann", "ordered_at": "2024-01-02", "sku": "cup", "line_amount": "100"},
    {"order_id": "2", "user_id": "ann", "ordered_at": "2024-01-05", "line_amount": "50"},
    {"order_id": "3", "user_id": "ann", "ordered_at": "2024-01-08", "line_amount": "30", "status": "refund",
     "refund_of_order_id": "1"},
    {"order_id": "4", "user_id": "stub", "ordered_at": "2024-01-10", "line_amount": "20"},
    {"order_id": "5", "user_id": "old", "ordered_at": "2022-01-10", "line_amount": "20"},
    {"order_id": "6", "user_id": "staff", "ordered_at": "2024-01-10", "line_amount": "20"},
    {"order_id": "7", "user_id": "", "ordered_at": "2024-01-10", "line_amount": "7"},
    {"order_id": "8", "user_id": "ann", "ordered_at": "2024-01-10", "line_amount": "much"},
]  # fmt: skip


@dataclass(frozen=True)
class Project:
    """The release `before`, the next night's candidate after `transform`, and what dbt wrote about the project."""

    shop: Shop
    policy: Policy
    before: release.Release
    candidate: Candidate

    def test(self, *selection: str, exclude: Sequence[str] = (), command: str = "test") -> list[dict]:
        """`dbt test` of the selected tests; MusterError names those that fail."""
        day = self.candidate.as_of_date.isoformat()
        with self.shop.at_work() as engine, engine.dbt(self.candidate) as process:
            dbt = Dbt(engine, process, self.candidate.folder, day, self.policy.for_dbt())
            return dbt.run(command, select=selection, exclude=exclude, without=())

    @cached_property
    def manifest(self) -> dict:
        """What dbt knows of the project."""
        self.test(command="parse")
        return json.loads((self.candidate.work / "dbt_night" / "manifest.json").read_text())

    @property
    def models(self) -> list[dict]:
        models = [node for node in self.manifest["nodes"].values() if node["resource_type"] == "model"]
        assert len(models) >= 30
        return models

    @property
    def published(self) -> list[dict]:
        return [model for model in self.models if model["schema"] in PUBLISHED]


def transformed(folder: Path, open_shop: OpenShop = Shop) -> Project:
    """Two nights of the small shop, the second one up to `transform`."""
    shop = open_shop(folder / "landing", folder / "home").mapping()
    shop.csv("users/1.csv", BOB)
    shop.csv("order_lines/1.csv", FIRST_LINE)
    _run(shop, shop.start(BEFORE), "ingest", "transform", "publish")
    shop.csv("users/2.csv", USERS)
    shop.csv("order_lines/2.csv", LINES)
    night = shop.start(DAY)
    _run(shop, night, "ingest", "transform")
    (before,) = release.releases(shop.settings)
    policy = Policy.read(shop.settings.policy_folder)
    return Project(shop, policy, before, candidates.load(shop.settings, night.run))


def _run(shop: Shop, night: nightly.Night, *steps: str) -> None:
    with shop.at_work():
        for step in steps:
            nightly.run_step(night, step)
