"""What several files of golden tests look at."""

import pytest
from support import explained_contacts
from support.shared import made_once
from support.shops import Shop


@pytest.fixture(scope="session")
def contact_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop of support/explained_contacts.py after its night; tests only read it."""
    folder = made_once(tmp_path_factory, "contacts", explained_contacts.run_night)
    return Shop(folder / "landing", folder / "home")
