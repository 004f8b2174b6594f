"""The landing zone that these tests fill."""

from pathlib import Path

import pytest

from landing.zone import Zone


@pytest.fixture
def zone(tmp_path: Path) -> Zone:
    """An empty landing zone with the mapping of support.shops and an empty lake."""
    zone = Zone(tmp_path)
    zone.mapping()
    return zone
