"""What dbt's documentation says: of every column that was built, of nothing else, and who reads what."""

import re

import pytest
from muster.docs import write_docs
from muster.engines import engine_of
from muster.engines.engine import BACKTEST_STAGES
from muster.settings import DBT_PROJECT, PROJECT_ROOT
from support.pages import outside_references
from support.shops import Shop
from support.transformed import Project

LAYERS = {"raw", "policy", "staging", "intermediate", BACKTEST_STAGES, "marts", "state", "exports"}
CHINESE = re.compile("[\u4e00-\u9fff]{4}")


def documented(project: Project) -> list[dict]:
    """What has columns: models, seeds and sources."""
    nodes = [*project.manifest["nodes"].values(), *project.manifest["sources"].values()]
    return [node for node in nodes if node["resource_type"] in ("model", "seed", "source")]


@pytest.fixture(scope="module")
def built(project: Project) -> dict[str, list[str]]:
    """Relation, as dbt writes it -> its columns, over all of the night's databases."""
    with engine_of(project.shop.settings).reading(project.candidate) as connection:
        columns = connection.execute(
            """select '"' || table_catalog || '"."' || table_schema || '"."' || table_name || '"', column_name
               from information_schema.columns order by 1, ordinal_position"""
        ).fetchall()
    found: dict[str, list[str]] = {}
    for relation, column in columns:
        found.setdefault(relation, []).append(column)
    return found


def test_every_built_column_is_described_and_no_other(project: Project, built: dict[str, list[str]]) -> None:
    assert {node["schema"] for node in documented(project)} == LAYERS
    wrong = []
    for node in documented(project):
        relation, columns = node["relation_name"], node["columns"]
        assert built.get(relation), f"{relation} was not built"
        wrong += [f"{relation} is not described"] if not node["description"] else []
        wrong += [f"{relation}.{name} is not there" for name in columns if name not in built[relation]]
        wrong += [f"{relation}.{name} is not described" for name in built[relation] if not said(columns.get(name))]
    assert not wrong, "\n".join(wrong)


def said(column: dict | None) -> bool:
    """A description that says more than the name does."""
    words = column["description"].rstrip(".").lower() if column else ""
    return len(words) > 3 and "todo" not in words and words != column["name"].replace("_", " ")


def test_every_mart_has_a_reader_and_every_list_is_for_operations(project: Project) -> None:
    exposures = {node["name"]: node for node in project.manifest["exposures"].values()}
    reads = {name: set(node["depends_on"]["nodes"]) for name, node in exposures.items()}
    assert set(reads) >= {"nightly_run", "bi_tool", "operations_lists"}
    layers = {layer: {m["unique_id"] for m in project.models if m["schema"] == layer} for layer in ("marts", "exports")}
    assert layers["marts"] - set().union(*reads.values()) == set(), "add them to models/exposures.yml"
    assert layers["exports"] - reads["operations_lists"] == set(), "add them to models/exposures.yml"
    for name, node in exposures.items():
        assert node["owner"]["name"], name
        assert node["type"], name
        assert node["maturity"], name
        english, _, chinese = node["description"].partition("\n\n")
        assert len(english) > 40, name
        assert CHINESE.search(chinese), name


def test_the_page_holds_every_table_and_asks_nobody(shop: Shop) -> None:
    page_file = write_docs(shop.settings)
    assert [path.relative_to(shop.home).as_posix() for path in shop.home.rglob("*.*")] == ["docs/index.html"]
    page = page_file.read_text()
    catalog = page[page.index("/catalog/v1.json") :]
    models = {path.stem for path in (DBT_PROJECT / "models").rglob("*.sql")}
    assert len(models) >= 30
    assert {name for name in models if f'"model.muster.{name}": {{"metadata": ' not in catalog} == set()
    assert '"errors": null' in catalog
    assert outside_references(page) == []
    assert outside_references('a.src="//x.example/a.js"') != []
    assert str(PROJECT_ROOT) not in page
    assert ".candidate_2024-01-01_" not in page.replace('".candidate_2024-01-01_', "")
