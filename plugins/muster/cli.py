"""The command line: `muster --help`."""

import logging
import sys
from datetime import date, datetime

import click

from muster import nightly
from muster.errors import MusterError
from muster.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Raw users and orders into customer layers, lists and groups, once a night."""


@cli.command()
@click.option("--as-of", "as_of", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--landing")
@click.option("--allow-stale")
def run(as_of: datetime, landing: str | None, allow_stale: str | None) -> None:
    """Run one night."""
    settings = Settings.from_environment(landing)
    nightly.run(nightly.Night(settings, as_of.date(), nightly.new_run(), allow_stale))


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except MusterError as error:
        print(f"muster: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
