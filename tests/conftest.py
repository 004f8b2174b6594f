"""Fixtures that every folder of tests shares."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support.servers import PostgresServer, postgres_server
from support.shared import made_once
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

    def in_folder(folder: Path) -> Shop:
        return Shop(SAMPLE_LANDING, folder / "home")

    return in_folder(made_once(tmp_path_factory, "sample", lambda folder: in_folder(folder).night("2011-12-09")))


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
