"""The models: dbt's unit tests, data tests that can fail, and a documented column behind every name."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from muster.engines import engine_of, on_duckdb
from muster.errors import MusterError
from muster.settings import DBT_PROJECT
from support.transformed import PUBLISHED, Project

MODEL_FOLDER = DBT_PROJECT / "models"
DATA_TESTS = {path.stem for path in (DBT_PROJECT / "tests").glob("*.sql")}
MAX_LINES = 90
CUSTOMER_RFM = [
    "as_of_date", "user_id", "first_purchase_date", "last_purchase_date", "recency_days", "frequency", "monetary",
    "lifetime_purchases", "lifetime_monetary", "r_score", "f_score", "m_score", "rfm_code", "segment", "value_tier",
]  # fmt: skip

# data test -> what makes it fail: SQL on the candidate's database, the unpublished layers attached as `work`
SABOTAGE = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "sabotage").glob("*.sql"))}


@contextmanager
def sabotaged(project: Project, folder: Path) -> Iterator[Project]:
    """A copy of the candidate in which every identity is broken."""
    shutil.copytree(project.candidate.folder, folder, symlinks=True)
    broken = replace(project, candidate=replace(project.candidate, folder=folder))
    with duckdb.connect(str(on_duckdb.database(folder))) as connection:
        connection.execute(f"attach '{on_duckdb.scratch(broken.candidate)}' as work")
        for name, statement in SABOTAGE.items():
            changed = connection.execute(statement).fetchone()[0]
            assert changed, f"{name}: the statement changed nothing"
    yield broken


def test_dbt_unit_tests_pass(project: Project) -> None:
    results = project.test("test_type:unit")
    assert len(results) > 40
    assert {result["status"] for result in results} == {"pass"}
    assert {result["unique_id"].split(".")[0] for result in results} == {"unit_test"}


def test_every_model_with_logic_has_a_unit_test(project: Project) -> None:
    tested = {test["model"] for test in project.manifest["unit_tests"].values()}
    one_macro = {
        "int_previous_histories", "int_previous_lifecycle", "stg_accounts", "stg_community_events", "stg_contacts",
        "stg_friends", "stg_group_members", "stg_landed_contacts", "stg_landed_suppressions", "stg_operators",
        "stg_surveys",
    }  # fmt: skip
    integral = {"int_value_nodes"}  # tests/golden/test_cdnow_value.py holds it against another integral
    assert {model["name"] for model in project.models} - tested == one_macro | integral | {"runs"}


def test_every_data_test_can_fail(project: Project, tmp_path: Path) -> None:
    assert set(SABOTAGE) == DATA_TESTS
    with sabotaged(project, tmp_path / "broken") as broken, pytest.raises(MusterError) as stopped:
        broken.test("test_type:singular")
    assert {name for name in DATA_TESTS if name in str(stopped.value)} == DATA_TESTS


def test_a_value_of_a_key_in_two_rows_stops_the_night(project: Project, tmp_path: Path) -> None:
    broken = replace(project, candidate=replace(project.candidate, folder=tmp_path / "broken"))
    shutil.copytree(project.candidate.folder, broken.candidate.folder, symlinks=True)
    with duckdb.connect(str(on_duckdb.database(broken.candidate.folder))) as connection:
        connection.execute("insert into marts.customer_rfm from marts.customer_rfm")
    with pytest.raises(MusterError) as stopped:
        broken.test("customers", command="run")
    assert "customers: 4 value(s) of its key (user_id) stand in more than one row" in str(stopped.value)


def test_every_published_row_has_a_key_of_columns(project: Project) -> None:
    for model in project.published:
        assert model["meta"]["keys"], model["name"]
        assert {column for key in model["meta"]["keys"] for column in key} <= model["columns"].keys(), model["name"]


def test_every_model_is_described_beside_itself(project: Project) -> None:
    for model in project.models:
        name = model["name"]
        assert model["description"].startswith("One row per "), name
        assert model["patch_path"], f"{name} stands in no yml"
        sql = MODEL_FOLDER.parent / model["original_file_path"]
        beside = MODEL_FOLDER.parent / model["patch_path"].split("://")[1]
        assert beside.parent == sql.parent, name
        if model["schema"] in PUBLISHED:
            assert beside == sql.with_suffix(".yml")


def test_every_published_column_is_described_and_held_to_its_type(project: Project) -> None:
    assert {model["schema"] for model in project.published} == set(PUBLISHED)
    exact = {f"decimal({digits})" for digits in ("18,2", "18,4", "18,6", "18,9", "28,12")}
    types = {"string", "integer", "bigint", "date", "timestamp", "boolean", *exact}
    for model in project.published:
        assert model["contract"]["enforced"], model["name"]
        assert model["columns"], model["name"]
        for name, column in model["columns"].items():
            assert len(column["description"]) > 4, f"{model['name']}.{name} is not described"
            assert column["data_type"] in types, f"{model['name']}.{name}"


def test_customer_rfm_has_the_contracts_columns(project: Project) -> None:
    with engine_of(project.shop.settings).reading(project.candidate) as connection:
        described = connection.execute("describe marts.customer_rfm").fetchall()
    assert [name for name, *_ in described] == CUSTOMER_RFM


def test_models_are_short() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in MODEL_FOLDER.rglob("*.sql")}
    assert len(lengths) >= 30
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_model_asks_the_clock_or_chance() -> None:
    asks = re.compile(
        r"\b(current_date|current_time(stamp)?|localtimestamp|now\s*\(|today\s*\(|random\s*\(|rand\s*\(|uuid\s*\(|"
        r"gen_random_uuid|run_started_at|modules\.datetime)", re.IGNORECASE
    )  # fmt: skip
    assert asks.search("select now() as at")
    files = [*MODEL_FOLDER.rglob("*.sql"), *(DBT_PROJECT / "macros").rglob("*.sql")]
    assert len(files) >= 30
    assert [path.name for path in files if asks.search(path.read_text())] == []


def test_a_person_keeps_its_id_from_night_to_night(project: Project) -> None:
    """ann was seen first and would stand for both, had bob not been a person of his own the night before."""
    engine = engine_of(project.shop.settings)
    with engine.reading_release(project.before) as before, engine.reading(project.candidate) as now:
        assert _persons(before) == {"bob": "bob"}
        persons = _persons(now)
    assert persons["ann"] == persons["bob"] == "bob"
    assert persons["stub"] == "stub"


def _persons(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("select user_id, person_id from state.persons").fetchall())
