"""The command line: `muster --help`."""

import logging
import sys
from datetime import datetime, timedelta
from pathlib import Path

import click

from muster import backfill as backfills
from muster import docs as documentation
from muster import migrate as migrations
from muster import nightly, release
from muster.engines import engine_of
from muster.errors import MusterError, UsageError
from muster.landing import check as landing_check
from muster.landing import settle
from muster.lock import short_lock
from muster.settings import TARGETS, Settings
from muster.status import describe_status

DAY = click.DateTime(["%Y-%m-%d"])
STALE_HELP = "Run although recent order days are missing; say why it is right."
LANDING_HELP = "Landing zone to read instead of MUSTER_LANDING; the shipped sample where neither is given."


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
First steps:
  muster check --landing DIR            what is in a landing zone, and what is missing
  muster run --as-of 2011-12-09         one night on the shipped sample
  muster status                         what is published, what ran, what failed
  muster docs                           what every table and column means
  muster explain 12347                  why this customer is where they are
  muster backfill --from D1 --to D2     the nights of a range, one after the other
  muster simulate --users 2000 --landing DIR   a made-up shop to try things on

\b
Environment:
  MUSTER_HOME     releases, lake, private vault (default: var/ in the project)
  MUSTER_LANDING  landing zone (default: the sample)
  MUSTER_TARGET   engine: duckdb (default), postgres, spark

\b
Exit status: 0 released, 1 the run failed and nothing changed, 2 wrong usage.""",
)
@click.version_option(package_name="muster")
def cli() -> None:
    """Raw users and orders into customer layers, lists and groups, once a night."""


@cli.command()
@click.option("--as-of", required=True, type=DAY, help="The last complete business day.")
@click.option("--landing", type=click.Path(path_type=Path), help=LANDING_HELP)
@click.option("--allow-stale", metavar="REASON", help=STALE_HELP)
def run(as_of: datetime, landing: Path | None, allow_stale: str | None) -> None:
    """Run one night: ingest, audit, transform, audit, export, publish.

    Readers of MUSTER_HOME/current see the release before until the very last step, and keep it if any step fails.
    """
    night = nightly.Night(Settings.from_environment(landing), as_of.date(), nightly.new_run(), allow_stale)
    nightly.run(night)


@cli.command()
@click.option("--from", "first", required=True, type=DAY, help="The first night's business day.")
@click.option("--to", "last", required=True, type=DAY, help="The last night's business day.")
@click.option("--landing", type=click.Path(path_type=Path), help=LANDING_HELP)
@click.option("--allow-stale", metavar="REASON", help=f"For every night of the range: {STALE_HELP}")
@click.option("--restart", is_flag=True, help="Forget a backfill that was stopped, and begin with the first night.")
@click.option("--verbose", is_flag=True, help="Show every step of every night, as `muster run` does.")
def backfill(
    first: datetime, last: datetime, landing: Path | None, allow_stale: str | None, restart: bool, verbose: bool
) -> None:
    """Run the nights of a range in order, each a release of its own, built on the one before.

    Stops at the first night that fails. After that, or after a kill, the same command goes on with that night; once
    all are released, the same command runs all of them again. Nights that have a release already get a new one.

    A night of long ago does not change what readers see (`current` stays with the newest night), and only the newest
    keep_releases (policy) are kept. A night in a gap of the shop (holidays) stops like any other: --allow-stale.
    """
    logging.getLogger("muster").setLevel(logging.INFO if verbose else logging.WARNING)
    logging.getLogger(backfills.__name__).setLevel(logging.INFO)
    backfills.backfill(Settings.from_environment(landing), first.date(), last.date(), allow_stale, restart)


@cli.command()
@click.option("--landing", type=click.Path(path_type=Path), help=LANDING_HELP)
def check(landing: Path | None) -> None:
    """Explain a landing zone: what is there, what is missing, what does not parse.

    Changes nothing. Proposes a mapping.yml where there is none.
    """
    if not landing_check.check(Settings.from_environment(landing), click.echo):
        sys.exit(1)


@cli.command()
@click.argument("user_id")
@click.option("--json", "as_json", is_flag=True, help="The same with every number as a value, for programs.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the sentences.")
@click.option("--release", "name", metavar="RELEASE", help="A release's name (muster status lists them); else current.")
def explain(user_id: str, as_json: bool, language: str, name: str | None) -> None:
    """Say why a customer has this segment, value tier, churn threshold, stage and value, and is contacted or not.

    Each with its numbers, where they are from, and what would change it. Any of a person's user ids will do.
    """
    from muster import explain as explanation

    settings = Settings.from_environment()
    found = release.named(settings, name)
    write = explanation.as_json if as_json else explanation.as_text
    engine = engine_of(settings, found.target)
    click.echo(write(*explanation.explain(engine, found, user_id), language=language))


@cli.command()
def status() -> None:
    """Show the current release, the other releases, the last runs, and who is at work."""
    for line in describe_status(Settings.from_environment()):
        click.echo(line)


@cli.command()
def docs() -> None:
    """Write the documentation of every table and column as one page, MUSTER_HOME/docs/index.html.

    Search it for a column, follow a table to what it comes from, or read under Exposures which tables the engineer, the
    BI tool and the operations team depend on. The page needs no server and no network, and holds no data: opening it
    in a browser is enough. Releases are neither read nor changed.
    """
    click.echo(documentation.write_docs(Settings.from_environment()))


@cli.command()
@click.option("--to", metavar="RELEASE", help="A release's name (muster status lists them); else the one before.")
def rollback(to: str | None) -> None:
    """Point readers back at an earlier release, by the same atomic rename that publishes."""
    settings = Settings.from_environment()
    with short_lock(settings.home):
        left, shown = release.rollback(settings, to)
    click.echo(f"current is {shown.name} now (was {left.name}); the next run publishes again")


@cli.command()
@click.option("--to", "target", required=True, type=click.Choice(TARGETS), help="The engine to go on with.")
def migrate(target: str) -> None:
    """Hand the current release to another engine, which goes on from there: history, stages and people are kept.

    Landing zone, lake and MUSTER_HOME stay what they are. Afterwards run nights with MUSTER_TARGET set to that engine;
    its readers see the current release at once. The engine before keeps its releases, so the way back is open.
    """
    settings = Settings.from_environment()
    with short_lock(settings.home):
        for moved in migrations.migrate(settings, target):
            click.echo(f"{moved.name} is on {target}")
    click.echo(f"from now on: MUSTER_TARGET={target} muster run --as-of YYYY-MM-DD")


@cli.command()
@click.option("--users", type=click.IntRange(min=100), default=20_000, show_default=True, help="Registered so far.")
@click.option("--nights", type=click.IntRange(min=0), default=1, show_default=True, help="Further days to write.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another one, another shop.")
@click.option("--landing", required=True, type=click.Path(path_type=Path), help="Where to write: a new folder.")
@click.option("--from", "first", type=DAY, default="2026-01-01", show_default=True, help="The first of the days.")
@click.option("--no-effect", is_flag=True, help="A shop in which no contact changes what anybody buys (for A/A tests).")
@click.option("--run", "runs_nights", is_flag=True, help="Run each day's night, and do next day what it hands out.")
@click.option("--verbose", is_flag=True, help="With --run: show every step of every night, as `muster run` does.")
def simulate(
    users: int,
    nights: int,
    seed: int,
    landing: Path,
    first: datetime,
    no_effect: bool,
    runs_nights: bool,
    verbose: bool,
) -> None:
    """Write the landing zone of a made-up mother-and-baby community: two years of history, then day by day.

    Every feed of the contract is there: people with their milestones, orders by lines with refunds, late and corrected
    rows, groups and what happens in them, friends, contacts with their results, objections. How people buy and what
    a contact changes is known (plugins/muster/simulate/world.yml), so that whatever is measured can be held against it.

    With --run, what a night hands out for the next day (contact_schedule) is done on that day: most of it is carried
    out, and its results land in contacts under the slots' own ids; who is held out is left alone. Without, and before
    the first night, the shop calls silent people at random.

    The same arguments write the same files. The same command again goes on by as many nights as it says; a folder
    that holds something else is left alone. Give such a shop a MUSTER_HOME of its own.
    """
    from muster.simulate import World, run_nights

    logging.getLogger("muster").setLevel(logging.INFO if verbose else logging.WARNING)
    logging.getLogger("muster.simulate").setLevel(logging.INFO)
    settings = Settings.from_environment(landing)
    with World(landing, users, seed, first.date(), {"response.effect": 0} if no_effect else {}) as world:
        if world.written is None:
            click.echo(f"history of {users:,} users, until {first.date() - timedelta(days=1)} ...")
            world.write_history()
        days = run_nights(world, settings, nights) if runs_nights else (world.write_day() for _ in range(nights))
        for number, day in enumerate(days, start=1):
            click.echo(f"day {number} of {nights}: {day}")
        click.echo(f"{landing} holds all days until {world.written}")
        if not runs_nights:
            click.echo(f"next: MUSTER_HOME=<a new folder> muster run --as-of {world.written} --landing {landing}")


@cli.group()
def landing() -> None:
    """Settle a landing file that changed after it had been taken in."""


@landing.command()
@click.argument("file")
@click.option("--landing", "zone", type=click.Path(path_type=Path), help=LANDING_HELP)
def accept(file: str, zone: Path | None) -> None:
    """Take the changed content of FILE (its path under the landing zone) in the place of the old, at the next run."""
    click.echo(settle.accept(Settings.from_environment(zone), file))


@landing.command()
@click.argument("file")
@click.option("--landing", "zone", type=click.Path(path_type=Path), help=LANDING_HELP)
def withdraw(file: str, zone: Path | None) -> None:
    """Take the rows of FILE out from the next run on, and do not read it again unless it is accepted."""
    click.echo(settle.withdraw(Settings.from_environment(zone), file))


def run_command(command: click.Command) -> None:
    """Run a command line; exit status 0, 1 (failed, nothing changed) or 2 (wrong usage)."""
    try:
        command.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(UsageError.exit_status)
    except click.Abort:
        sys.exit(MusterError.exit_status)
    except MusterError as error:
        click.echo(f"muster: {error}", err=True)
        sys.exit(error.exit_status)


def main() -> None:
    """Entry point of `muster`."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    run_command(cli)
