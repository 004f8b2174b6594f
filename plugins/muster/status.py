"""`muster status`: what is published, what ran, who is at work."""

from collections.abc import Iterator

from muster import backfill, journal, release
from muster.lock import read_owner
from muster.settings import Settings

LAST_RUNS = 10


def describe_status(settings: Settings) -> Iterator[str]:
    """The lines of `muster status`."""
    yield f"home     {settings.home}"
    shown = release.current(settings)
    if shown is None:
        yield "current  no release yet: muster run --as-of YYYY-MM-DD"
    else:
        manifest = shown.manifest()
        customers = manifest["tables"].get("marts.customers", 0)
        yield f"current  {shown.name}, published {manifest['published_at']}, {customers:,} customers, {shown.target}"
        for warning in manifest["warnings"]:
            yield f"         warn: {warning}"
    others = [r.name for r in reversed(release.releases(settings)) if shown is None or r.name != shown.name]
    yield f"others   {', '.join(others) or 'none'}"
    owner = read_owner(settings.home)
    at_work = owner and owner.state != "failed"
    yield f"at work  run {owner.run}, step {owner.step}: {owner.state}" if at_work else "at work  nobody"
    if stopped := backfill.describe(settings.home):
        yield f"backfill {stopped}"
    runs = journal.read(settings.home)[-LAST_RUNS:]
    if runs:
        yield "runs"
    for record in reversed(runs):
        failure = f" in {record.failed_step}: {record.message.splitlines()[0]}" if record.message else ""
        yield f"  {record.started_at}  as_of {record.run_as_of_date}  {record.status}{failure}"
