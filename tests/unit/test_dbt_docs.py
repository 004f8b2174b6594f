"""What dbt's documentation says: of every column that was built, of nothing else, and who reads what."""

import pytest
from muster.engines.on_duckdb import reading
from support.transformed import Project

LAYERS = {"raw", "policy", "staging", "intermediate", "marts", "state", "exports"}
CHINESE = range(0x4E00, 0xA000)


def documented(project: Project) -> list[dict]:
    """What has columns: models, seeds and sources."""
    nodes = [*project.manifest["nodes"].values(), *project.manifest["sources"].values()]
    return [node for node in nodes if node["resource_type"] in ("model", "seed", "source")]


@pytest.fixture(scope="module")
def built(project: Project) -> dict[str, list[str]]:
    """Relation, as dbt writes it -> its columns, over all of the night's databases."""
    with reading(project.candidate) as connection:
        attached = {name for (name,) in connection.execute("select database_name from duckdb_databases()").fetchall()}
        for path in sorted(project.candidate.work.glob("*.duckdb")):
            if path.stem not in attached:
                connection.execute(f"attach '{path}' as {path.stem} (read_only)")
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
        assert node["description"], f"{relation} is not described"
        wrong += [f"{relation}.{name} is not there" for name in columns if name not in built[relation]]
        wrong += [f"{relation}.{name} is not described" for name in built[relation] if not said(columns.get(name))]
    assert wrong == []


def said(column: dict | None) -> bool:
    """A description that says more than the name does."""
    words = column["description"].rstrip(".").lower() if column else ""
    return len(words) > 3 and "todo" not in words and words != column["name"].replace("_", " ")
