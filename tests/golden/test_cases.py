"""Shops made by hand: support/cases.py says what a case is."""

from collections.abc import Callable
from functools import cache

import pytest
import yaml
from support.cases import EXPECTED, NAMES, Case, run_case
from support.shops import CUSTOMER_MODELS


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Case]:
    """name -> Case, whose nights run when it is first asked for; tests/engines runs them on the other engines."""
    return cache(lambda name: run_case(name, tmp_path_factory.mktemp(name), models=CUSTOMER_MODELS))


@pytest.mark.parametrize(("name", "night", "table"), EXPECTED)
def test_the_marts_hold_what_the_readme_says(cases, name: str, night: str, table: str):
    cases(name).assert_expected(night, table)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_whole(cases, name: str):
    """Its arithmetic is written, each night is looked at, and the release says what it was made from."""
    case = cases(name)
    assert len((case.folder / "README.md").read_text(encoding="utf-8")) > 500
    assert [path.name for path in sorted((case.folder / "expected").iterdir())] == list(case.releases)
    mapping = yaml.safe_load((case.folder / "landing" / "mapping.yml").read_text(encoding="utf-8"))
    for release in case.releases.values():
        manifest = release.manifest()
        assert {name: manifest[name] for name in ("business_timezone", "currency")}.items() <= mapping.items()
        assert not [warning for warning in manifest["warnings"] if "newest order" in warning]
