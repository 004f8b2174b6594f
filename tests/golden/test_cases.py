"""Shops made by hand, a folder each under cases/, whose README.md works every expected number out.

    README.md               the arithmetic
    parameters.yml          nights: the as_of dates, in order; policy: values of parameters.csv that differ (optional)
    policy/<table>.csv      policy tables that stand in for the shipped ones (optional)
    landing/                the landing zone of the first night
    arrivals/<night>/       what arrives in it before that night (optional)
    expected/<night>/<table>.csv   all rows of that mart after that night, in the columns that its header names

No night is allowed to be stale: a shop has orders of its last days.
"""

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml
from muster.release import Release
from support.shops import Shop

CASES = Path(__file__).parent / "cases"


@dataclass
class Case:
    """A case's folder and the release of each of its nights."""

    folder: Path
    shop: Shop
    releases: dict[str, Release] = field(default_factory=dict)


def expected_tables() -> list[tuple[str, str, str]]:
    """(case, night, table) of every expected file, case by case."""
    return [(path.parts[-4], path.parts[-2], path.stem) for path in sorted(CASES.glob("*/expected/*/*.csv"))]


def case_names() -> list[str]:
    return sorted(path.name for path in CASES.iterdir())


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Case]:
    """name -> Case, whose nights run when it is first asked for."""
    return cache(lambda name: run_case(CASES / name, tmp_path_factory.mktemp(name)))


def run_case(source: Path, folder: Path) -> Case:
    parameters = yaml.safe_load((source / "parameters.yml").read_text(encoding="utf-8"))
    assert parameters.keys() <= {"nights", "policy"}
    shutil.copytree(source / "landing", folder / "landing")
    shop = Shop(folder / "landing", folder / "home").with_policy(
        folder / "dbt_project", parameters.get("policy", {}), source / "policy"
    )
    case = Case(source, shop)
    for night in parameters["nights"]:
        arrivals = source / "arrivals" / night
        if arrivals.exists():
            shutil.copytree(arrivals, shop.landing, dirs_exist_ok=True)
        case.releases[night] = shop.night(night, allow_stale=None)
    return case


@pytest.mark.parametrize(("name", "night", "table"), expected_tables())
def test_the_marts_hold_what_the_readme_says(cases, name: str, night: str, table: str):
    case = cases(name)
    with (case.folder / "expected" / night / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        names, *expected = list(csv.reader(stream))
    assert expected
    columns = ", ".join(f"coalesce({column}::varchar, '')" for column in names)
    release = case.releases[night]
    found = [list(row) for row in case.shop.rows(f"select {columns} from marts.{table}", release)]
    assert sorted(found) == sorted(expected)
    assert case.shop.rows(f"select distinct as_of_date::varchar from marts.{table}", release) == [(night,)]


@pytest.mark.parametrize("name", case_names())
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
