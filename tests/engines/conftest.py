"""The histories of support/histories.py, run on each engine once per process of tests."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from support.cases import Case, OpenShop
from support.histories import HISTORIES
from support.servers import PostgresServer
from support.shops import Shop


@pytest.fixture(scope="session", autouse=True)
def small_spark() -> Iterator[None]:
    """Spark as tests/engines/spark has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(Path(__file__).parent / "spark"))
        yield


@pytest.fixture(scope="session")
def shops_on(postgres: PostgresServer) -> Callable[[str], OpenShop]:
    """target -> what opens a shop there, on PostgreSQL with a database of its own."""

    def on(target: str) -> OpenShop:
        def open_shop(landing: Path, home: Path) -> Shop:
            return Shop(landing, home, target, postgres.empty_database() if target == "postgres" else {})

        return open_shop

    return on


@pytest.fixture(scope="session")
def ran(shops_on: Callable[[str], OpenShop], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Case]:
    """(history, target) -> its shop and releases; the nights run when they are first asked for."""
    return cache(lambda name, target: HISTORIES[name](tmp_path_factory.mktemp(f"{name}_{target}"), shops_on(target)))
