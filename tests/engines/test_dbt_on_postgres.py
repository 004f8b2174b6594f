"""The models' unit tests hold on PostgreSQL as well."""

from collections.abc import Callable
from pathlib import Path

from support.cases import OpenShop
from support.transformed import transformed


def test_dbt_unit_tests_pass(shops_on: Callable[[str], OpenShop], tmp_path: Path) -> None:
    results = transformed(tmp_path, shops_on("postgres")).test("test_type:unit")
    assert len(results) > 100
    assert {result["status"] for result in results} == {"pass"}
