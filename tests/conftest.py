"""Fixtures that every folder of tests shares."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from muster import release
from support.servers import PostgresServer, postgres_server
from support.shops import PARSED, Shop

os.environ["MUSTER_CACHE"] = str(PARSED)  # of programs that tests start, too

# The same examples on every run; --hypothesis-profile=thorough draws new ones, and many.
settings.register_profile(
    "quick",
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "thorough", settings.get_profile("quick"), derandomize=False, max_examples=2000, print_blob=True
)
settings.load_profile("quick")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An empty landing zone with a MUSTER_HOME of its own."""
    return Shop(tmp_path / "landing", tmp_path / "home")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shipped sample after one night, which all processes of tests share; tests only read it."""
    from muster.settings import SAMPLE_LANDING

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    shop = Shop(SAMPLE_LANDING, shared / "sample" / "home")
    with (shared / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not release.current(shop.settings):
            shop.night("2011-12-09")
    return shop


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this process of tests."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_database(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An empty database, and the libpq variables through which muster finds it."""
    variables = postgres.empty_database()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables
