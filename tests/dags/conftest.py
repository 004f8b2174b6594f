"""Airflow in a scratch AIRFLOW_HOME: the settings must stand before anything imports airflow."""

import os
import tempfile
from pathlib import Path

import pytest
from support.airflow import ROOT, airflow_environment

_environment = airflow_environment(Path(tempfile.mkdtemp(prefix="muster-airflow-")))
os.environ.clear()
os.environ.update(_environment)


@pytest.fixture(scope="session")
def airflow_database() -> None:
    from muster.orchestration.run_once import prepare_database

    prepare_database()


@pytest.fixture
def dagbag():
    """A fresh one for each test: dag.test() leaves its conf in dag.params."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(ROOT / "dags"))
