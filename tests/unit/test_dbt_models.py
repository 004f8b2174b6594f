"""The models: dbt's unit tests, data tests that can fail, and a documented column behind every name."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
from muster import candidate as candidates
from muster import dbt_build, nightly, release
from muster.candidate import Candidate
from muster.engines import on_duckdb
from muster.errors import MusterError
from muster.policy import Policy
from muster.settings import DBT_PROJECT
from support.shops import Shop

BEFORE, DAY = "2024-01-09", "2024-01-10"
MODEL_FOLDER = DBT_PROJECT / "models"
DATA_TESTS = {path.stem for path in (DBT_PROJECT / "tests").glob("*.sql")}
PUBLISHED = ("marts", "state", "exports")
MAX_LINES = 90
CUSTOMER_RFM = [
    "as_of_date", "user_id", "first_purchase_date", "last_purchase_date", "recency_days", "frequency", "monetary",
    "lifetime_purchases", "lifetime_monetary", "r_score", "f_score", "m_score", "rfm_code", "segment", "value_tier",
]  # fmt: skip

# The night before: bob, and a purchase. Then ann, who was there before him and has his phone; one dormant and two
# scored buyers, a visitor, staff, somebody who asked for peace, a linked refund, a row that cannot be read.
BOB = [{"user_id": "bob", "registered_at": "2023-12-02", "phone": "+441632960001"}]
FIRST_LINE = [{"order_id": "0", "user_id": "bob", "ordered_at": "2024-01-09", "line_amount": "5"}]
USERS = [
    {"user_id": "ann", "registered_at": "2023-12-01", "phone": "+44 1632 960001"},
    {"user_id": "visitor", "registered_at": "2024-01-09"},
    {"user_id": "staff", "registered_at": "2023-12-01", "is_staff": "yes"},
    {"user_id": "peace", "registered_at": "2023-12-01", "do_not_contact": "yes"},
]
LINES = [
    {"order_id": "1", "user_id": "ann", "ordered_at": "2024-01-02", "line_amount": "100"},
    {"order_id": "2", "user_id": "ann", "ordered_at": "2024-01-05", "line_amount": "50"},
    {"order_id": "3", "user_id": "ann", "ordered_at": "2024-01-08", "line_amount": "30", "status": "refund",
     "refund_of_order_id": "1"},
    {"order_id": "4", "user_id": "stub", "ordered_at": "2024-01-10", "line_amount": "20"},
    {"order_id": "5", "user_id": "old", "ordered_at": "2022-01-10", "line_amount": "20"},
    {"order_id": "6", "user_id": "staff", "ordered_at": "2024-01-10", "line_amount": "20"},
    {"order_id": "7", "user_id": "", "ordered_at": "2024-01-10", "line_amount": "7"},
    {"order_id": "8", "user_id": "ann", "ordered_at": "2024-01-10", "line_amount": "much"},
]  # fmt: skip

# data test -> what makes it fail: SQL on the candidate's database, the unpublished layers attached as `work`
SABOTAGE = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "sabotage").glob("*.sql"))}


@dataclass(frozen=True)
class Project:
    """The release `before`, the next night's candidate after `transform`, and what dbt wrote about the project."""

    before: release.Release
    candidate: Candidate
    variables: dict[str, object]

    def test(self, *selection: str) -> list[dict]:
        """`dbt test` of the selected tests; MusterError names those that fail."""
        target_path = self.candidate.work / "dbt"  # where `transform` left its parsed project
        arguments = dbt_build.build_arguments(
            DBT_PROJECT, "duckdb", target_path, self.variables, "test", select=selection, without=()
        )
        environment = on_duckdb.dbt_environment(self.candidate, self.before.database)
        return dbt_build.build(arguments, environment, target_path)

    @property
    def models(self) -> list[dict]:
        manifest = json.loads((self.candidate.work / "dbt" / "manifest.json").read_text())
        models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
        assert len(models) >= 30
        return models

    @property
    def published(self) -> list[dict]:
        return [model for model in self.models if model["schema"] in PUBLISHED]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("models")
    shop = Shop(folder / "landing", folder / "home").mapping()
    shop.csv("users/1.csv", BOB)
    shop.csv("order_lines/1.csv", FIRST_LINE)
    _run(shop.start(BEFORE), "ingest", "transform", "publish")
    shop.csv("users/2.csv", USERS)
    shop.csv("order_lines/2.csv", LINES)
    night = shop.start(DAY)
    _run(night, "ingest", "transform")
    policy = Policy.read(shop.settings.policy_folder).as_vars()
    variables = {"as_of_date": DAY, "policy": policy, **on_duckdb.DBT_VARS}
    (before,) = release.releases(shop.settings)
    return Project(before, candidates.load(shop.settings, night.run), variables)


def _run(night: nightly.Night, *steps: str) -> None:
    for step in steps:
        nightly.run_step(night, step)


@contextmanager
def sabotaged(project: Project, folder: Path) -> Iterator[Project]:
    """A copy of the candidate in which every identity is broken."""
    shutil.copytree(project.candidate.folder, folder)
    broken = replace(project, candidate=replace(project.candidate, folder=folder))
    with duckdb.connect(str(broken.candidate.database)) as connection:
        connection.execute(f"attach '{on_duckdb.work_database(broken.candidate)}' as work")
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
    manifest = json.loads((project.candidate.work / "dbt" / "manifest.json").read_text())
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    one_macro = {
        "int_previous_histories", "int_previous_lifecycle", "stg_accounts", "stg_community_events", "stg_contacts",
        "stg_friends", "stg_group_members", "stg_landed_suppressions", "stg_operators", "stg_surveys",
    }  # fmt: skip
    assert {model["name"] for model in project.models} - tested == one_macro | {"runs"}


def test_every_data_test_can_fail(project: Project, tmp_path: Path) -> None:
    assert set(SABOTAGE) == DATA_TESTS
    with sabotaged(project, tmp_path / "broken") as broken, pytest.raises(MusterError) as stopped:
        broken.test("test_type:singular")
    assert {name for name in DATA_TESTS if name in str(stopped.value)} == DATA_TESTS


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
    types = {
        "string",
        "integer",
        "bigint",
        "date",
        "timestamp",
        "boolean",
        "decimal(18,2)",
        "decimal(18,6)",
        "decimal(18,9)",
    }
    for model in project.published:
        assert model["contract"]["enforced"], model["name"]
        assert model["columns"], model["name"]
        for name, column in model["columns"].items():
            assert len(column["description"]) > 4, f"{model['name']}.{name} is not described"
            assert column["data_type"] in types, f"{model['name']}.{name}"


def test_customer_rfm_has_the_contracts_columns(project: Project) -> None:
    with duckdb.connect(str(project.candidate.database), read_only=True) as connection:
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
    assert _persons(project.before.database) == {"bob": "bob"}
    persons = _persons(project.candidate.database)
    assert persons["ann"] == persons["bob"] == "bob"
    assert persons["stub"] == "stub"


def _persons(database: Path) -> dict[str, str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return dict(connection.execute("select user_id, person_id from state.persons").fetchall())
