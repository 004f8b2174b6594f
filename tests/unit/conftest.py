"""The night that the tests of the models read."""

import pytest
from support.transformed import Project, transformed


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small shop's candidate after `transform`; tests only read it."""
    return transformed(tmp_path_factory.mktemp("models"))
