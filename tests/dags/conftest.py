"""Airflow in a scratch AIRFLOW_HOME: the settings must stand before anything imports airflow."""

import os
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRATCH = Path(tempfile.mkdtemp(prefix="muster-airflow-"))


def _airflow_environment() -> dict[str, str]:
    lines = (ROOT / "docker" / "airflow.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line) | {
        "AIRFLOW_HOME": str(SCRATCH),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{SCRATCH}/airflow.db",
    }


for name in [k for k in os.environ if k.startswith("AIRFLOW_")]:
    del os.environ[name]
os.environ |= _airflow_environment()


@pytest.fixture(scope="session")
def airflow_database() -> None:
    from muster.orchestration.run_once import prepare_database

    prepare_database()


@pytest.fixture
def dagbag():
    """A fresh one for each test: dag.test() leaves its conf in dag.params."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(ROOT / "dags"))
