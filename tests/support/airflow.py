"""Airflow's settings for tests: those that are shipped, with everything in a folder of the test's own."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]


def airflow_environment(home: Path) -> dict[str, str]:
    """The environment of a process with `home` as AIRFLOW_HOME, free of Airflow settings from outside."""
    lines = (ROOT / "docker" / "airflow.env").read_text().splitlines()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")},
        **dict(line.split("=", 1) for line in lines if "=" in line),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }
