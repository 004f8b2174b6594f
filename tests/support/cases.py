"""Shops made by hand, a folder each under tests/golden/cases, whose README.md works every expected number out.

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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from muster.release import Release

from support.shops import Shop

CASES = Path(__file__).parents[1] / "golden" / "cases"
OpenShop = Callable[[Path, Path], Shop]
"""Landing zone, home -> the shop, on its engine."""
NAMES = sorted(path.name for path in CASES.iterdir())
EXPECTED = [(path.parts[-4], path.parts[-2], path.stem) for path in sorted(CASES.glob("*/expected/*/*.csv"))]
"""(case, night, table) of every expected file, case by case."""


@dataclass
class Case:
    """A case's folder and the release of each of its nights."""

    folder: Path
    shop: Shop
    releases: dict[str, Release] = field(default_factory=dict)

    def assert_expected(self, night: str, table: str) -> None:
        """The mart holds what the README says, and nothing else."""
        with (self.folder / "expected" / night / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            names, *expected = list(csv.reader(stream))
        assert expected
        columns = ", ".join(f"coalesce({column}::varchar, '')" for column in names)
        release = self.releases[night]
        found = [list(row) for row in self.shop.rows(f"select {columns} from marts.{table}", release)]
        assert sorted(found) == sorted(expected)
        assert self.shop.rows(f"select distinct as_of_date::varchar from marts.{table}", release) == [(night,)]


def run_case(name: str, folder: Path, open_shop: OpenShop = Shop, models: Sequence[str] = ()) -> Case:
    """Run a case's nights in `folder`, whole, or of those models alone (dbt's selection)."""
    source = CASES / name
    parameters = yaml.safe_load((source / "parameters.yml").read_text(encoding="utf-8"))
    assert parameters.keys() <= {"nights", "policy"}
    shutil.copytree(source / "landing", folder / "landing")
    shop = open_shop(folder / "landing", folder / "home")
    if "policy" in parameters or (source / "policy").exists():
        shop.with_policy(folder / "dbt_project", parameters.get("policy", {}), source / "policy")
    case = Case(source, shop)
    for night in parameters["nights"]:
        arrivals = source / "arrivals" / night
        if arrivals.exists():
            shutil.copytree(arrivals, shop.landing, dirs_exist_ok=True)
        case.releases[night] = (
            shop.models(night, *models, allow_stale=None) if models else shop.night(night, allow_stale=None)
        )
    return case
