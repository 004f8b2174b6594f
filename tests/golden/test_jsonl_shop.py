"""A shop made by hand, whose README.md works every expected number out."""

import csv
import shutil
from pathlib import Path

import pytest
from support.shops import Shop

HERE = Path(__file__).parent / "jsonl_shop"
AS_OF = "2026-03-31"


@pytest.fixture(scope="module")
def jsonl_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("jsonl_shop")
    shutil.copytree(HERE / "landing", folder / "landing")
    shop = Shop(folder / "landing", folder / "home")
    shop.night(AS_OF, allow_stale=None)
    return shop


@pytest.mark.parametrize("table", ["customer_rfm", "customers", "rfm_cut_points", "quarantine"])
def test_the_marts_hold_what_the_readme_says(jsonl_shop: Shop, table: str):
    with (HERE / "expected" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        names, *expected = list(csv.reader(stream))
    assert expected
    columns = ", ".join(f"coalesce({name}::varchar, '')" for name in names)
    found = jsonl_shop.rows(f"select {columns} from marts.{table} order by {', '.join(names[:3])}")
    assert [list(row) for row in found] == expected


def test_every_row_is_dated_as_of_the_night(jsonl_shop: Shop):
    for table in ("customer_rfm", "customers", "rfm_cut_points", "quarantine", "runs"):
        assert jsonl_shop.rows(f"select distinct as_of_date::varchar from marts.{table}") == [(AS_OF,)]


def test_the_release_says_where_it_comes_from(jsonl_shop: Shop):
    manifest = (jsonl_shop.settings.current / "manifest.json").read_text(encoding="utf-8")
    assert '"business_timezone": "Asia/Shanghai"' in manifest
    assert '"currency": "CNY"' in manifest
    assert "newest order" not in manifest, "A1 and A3 are of the 31st, in Shanghai"
