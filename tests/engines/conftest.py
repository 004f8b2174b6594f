"""The histories of support/histories.py, run on each engine once per process of tests."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from support.cases import Case, OpenShop
from support.histories import HISTORIES
from support.servers import PostgresServer
from support.shops import Shop
from xdist.scheduler import LoadScopeScheduling

SMALL_SPARK = Path(__file__).parent / "spark"
AS_SHIPPED = ("sample", "every_feed")
"""Histories that Spark runs with its own settings: many rows, odd rows."""


class OfOneHistory(LoadScopeScheduling):
    """All tests of a history run in one process, so that its nights run once."""

    def _split_scope(self, nodeid: str) -> str:
        history = re.search(r"\[(?:postgres|spark)-(\w+)", nodeid)
        return history[1] if history else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OfOneHistory:
    return OfOneHistory(config, log)


@pytest.fixture(scope="session")
def shops_on(postgres: PostgresServer) -> Callable[..., OpenShop]:
    """target -> what opens a shop there, on PostgreSQL with a database of its own.

    Spark is the one of tests/engines/spark, for few rows, or as_shipped.
    """

    def on(target: str, as_shipped: bool = False) -> OpenShop:
        def open_shop(landing: Path, home: Path) -> Shop:
            given = {
                "duckdb": dict,
                "postgres": postgres.empty_database,
                "spark": lambda: {"SPARK_CONF_DIR": "" if as_shipped else str(SMALL_SPARK)},
            }
            return Shop(landing, home, target, given[target]())

        return open_shop

    return on


@pytest.fixture(scope="session")
def ran(shops_on: Callable[..., OpenShop], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Case]:
    """(history, target) -> its shop and releases; the nights run when they are first asked for."""

    def run(name: str, target: str) -> Case:
        return HISTORIES[name](tmp_path_factory.mktemp(f"{name}_{target}"), shops_on(target, name in AS_SHIPPED))

    return cache(run)
