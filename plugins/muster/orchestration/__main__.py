"""Airflow on a laptop: `python -m muster.orchestration run DATE` and `... up`; `make run` and `make up` call it."""

import logging
import os
import sys
from datetime import date
from pathlib import Path

import click

from muster import release
from muster.cli import run_command
from muster.settings import Settings, airflow_home, child_environment


@click.group()
def cli() -> None:
    """Airflow on this machine."""


@cli.command()
@click.argument("as_of_date", type=click.DateTime(["%Y-%m-%d"]))
def run(as_of_date: date) -> None:
    """The nightly DAG once, through Airflow's own runner."""
    from muster.orchestration.run_once import run_once

    succeeded = run_once(as_of_date.date())
    if succeeded:
        _say_release(Settings.from_environment())
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if succeeded else 1)  # Airflow takes seconds to be torn down


@cli.command()
@click.option("--port", default=8080, show_default=True)
def up(port: int) -> None:
    """Scheduler and UI until Ctrl-C."""
    from muster.orchestration.run_once import prepare_database
    from muster.orchestration.serve import serve

    airflow_home().mkdir(parents=True, exist_ok=True)
    prepare_database()
    serve(child_environment(), airflow_home(), port)


def _say_release(settings: Settings) -> None:
    shown = release.current(settings)
    print(f"\npublished {shown.name}: look at")
    for name in ("report.html", "exports/segments.csv", "quality/index.html", "muster.duckdb"):
        print(f"  {Path(os.path.relpath(settings.current)) / name}")


if __name__ == "__main__":
    run_command(cli)
