"""Fixtures that every folder of tests shares."""

from pathlib import Path

import pytest
from support.shops import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An empty landing zone with a MUSTER_HOME of its own."""
    return Shop(tmp_path / "landing", tmp_path / "home")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shipped sample after one night; tests only read it."""
    from muster.settings import SAMPLE_LANDING

    shop = Shop(SAMPLE_LANDING, tmp_path_factory.mktemp("sample") / "home")
    shop.night("2011-12-09")
    return shop
