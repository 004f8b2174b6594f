"""`muster check`: explains a landing zone to a newcomer; changes nothing."""

import shutil
import tempfile
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from muster.errors import MusterError
from muster.landing import handles, proposal, reading
from muster.landing.casts import MACROS
from muster.landing.expressions import literal
from muster.landing.feeds import FEEDS, ORDER_FEEDS, Feed
from muster.landing.files import XLSX_FEEDS, LandingFile, Listing, kind_of, list_landing
from muster.landing.ingest import batched_files
from muster.landing.mapping import FILE_NAME, Mapping, read_mapping
from muster.landing.taking import Destination, Taken, take_in
from muster.settings import Settings

FEED_PURPOSES = {
    "users": "profiles: channel, city, birthday; without it users come from orders alone",
    "community_events": "who talks, helps, shares: member roles and group health",
    "group_members": "groups that exist already, so that nobody is added twice",
    "contacts": "who has been contacted, so that nobody is bothered twice",
    "operators": "who runs groups and accounts",
    "accounts": "from which account, and how many contacts a day",
    "friends": "which account may write to whom",
    "suppressions": "who must not be contacted",
    "surveys": "layers for a cold start without orders",
}
Say = Callable[[str], None]


def check(settings: Settings, say: Say) -> bool:
    """Describe the landing zone of `settings`, feed by feed; False where a night could not take it in."""
    say(f"landing zone {settings.landing}")
    try:
        mapping = read_mapping(settings.landing)
        listing = list_landing(settings.landing, mapping)
    except MusterError as error:
        say(f"  problem  {error}")
        return False
    if mapping.found:
        say(f"  {FILE_NAME}: days begin in {mapping.business_timezone}, currency {mapping.currency or 'not said'}")
    else:
        say(f"  no {FILE_NAME}: columns map by their own names, days begin in {mapping.business_timezone}")
    scratch = handles.private_folder(Path(tempfile.mkdtemp(prefix="muster-check-")))
    try:
        found = {
            name: _check_feed(FEEDS[name], files, mapping, scratch, say)
            for name, files in listing.files.items()
            if files
        }
        _say_absent(listing, say)
        ready = any(name in found for name in (*ORDER_FEEDS, "users")) and all(found.values())
        if not (ready and mapping.found):
            _say_proposal(settings.landing, listing, mapping, say)
    finally:
        shutil.rmtree(scratch)
    days = [feed.last_day for name, feed in found.items() if feed and name in ORDER_FEEDS and feed.last_day]
    as_of = max(days, default="YYYY-MM-DD")
    say(f"\nready: muster run --as-of {as_of} --landing {settings.landing}" if ready else "\nnot ready yet")
    return ready


@dataclass(frozen=True)
class Usable:
    """A feed that a night could take in."""

    last_day: date | None


def _check_feed(feed: Feed, files: list[LandingFile], mapping: Mapping, scratch: Path, say: Say) -> Usable | None:
    say(f"\n{feed.name}: {len(files)} file(s), {sum(f.size for f in files):,} bytes")
    key = handles.hash_key(scratch)
    known: set[str] = set()
    parts: list[Taken] = []
    for number, chunk in enumerate(batched_files(files)):
        destination = Destination(scratch, scratch, f"{feed.name}/{number}.parquet", key)
        try:
            parts.append(take_in(chunk, feed, mapping, destination, known))
        except MusterError as error:
            say(f"  problem  {error}")
            return None
        known |= parts[-1].columns
    rows = sum(sum(t.rows.values()) for t in parts)
    last_day = _say_columns(feed, sorted((scratch / feed.name).glob("*.parquet")), rows, say)
    bad = _say_reasons(parts, say)
    say(f"  {rows:,} row(s), {bad:,} of them cannot be used" if bad else f"  {rows:,} row(s), all usable")
    return Usable(last_day) if rows > bad else None


def _say_columns(feed: Feed, paths: list[Path], rows: int, say: Say) -> date | None:
    counts = ", ".join(f"count({column.lake_name})" for column in feed.columns)
    files = ", ".join(literal(str(path)) for path in paths)
    with duckdb.connect() as connection:
        rows_read = f"read_parquet([{files}], union_by_name = true)"
        first, last, *filled = connection.execute(
            f"select min(business_date), max(business_date), {counts} from {rows_read}"
        ).fetchone()
    if first:
        say(f"  dated {first} to {last}")
    absent = [column.name for column, count in zip(feed.columns, filled, strict=True) if not count]
    for column, count in zip(feed.columns, filled, strict=True):
        if count:
            say(f"  ok  {column.name:<20}{count / rows:.0%} filled")
    if absent:
        say(textwrap.fill(", ".join(absent), 100, initial_indent="  --  without ", subsequent_indent="      "))
    return last


def _say_reasons(parts: list[Taken], say: Say) -> int:
    total = 0
    for taken in parts:
        for path, reasons in sorted(taken.reasons.items()):
            for (reason, column), count in sorted(reasons.items()):
                total += count
                say(f"  problem  {path}: {count:,} row(s) {reason}{f', column {column}' if column else ''}")
        for column, count in taken.unusable_handles.items():
            say(f"  note     {count:,} {column} value(s) are no usable handle; say phone_region in {FILE_NAME}?")
    return total


def _say_absent(listing: Listing, say: Say) -> None:
    absent = [name for name in FEED_PURPOSES if not listing.files[name]]
    if absent:
        say("\nnot there (all optional):")
    for name in absent:
        say(f"  {name:<18}{FEED_PURPOSES[name]}")


def _say_proposal(landing: Path, listing: Listing, mapping: Mapping, say: Say) -> None:
    """A mapping for one file of each feed, and for files that lie in no feed's folder."""
    files = [found[0] for found in listing.files.values() if found] or _stray_files(landing)
    if not files:
        say("\nno files: put them under orders/ or order_lines/, one folder a feed")
        return
    proposals = []
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        for file in files:
            part = mapping.feed(file.feed)
            try:
                reading.load_extensions(connection, [file])
                readable = reading.inspect(connection, file, part)
            except MusterError as error:
                say(f"  problem  {error}")
                continue
            feed = file.feed or proposal.guess_feed(list(readable.columns))
            if feed and file.kind == "xlsx" and feed not in XLSX_FEEDS:
                say(f"  problem  {file.path}: {feed} are not read from a workbook; save it as .csv or .parquet")
            elif feed:
                glob = None if file.feed else file.path
                proposals.append((proposal.propose(connection, FEEDS[feed], readable), glob))
    if proposals:
        say(f"\na {FILE_NAME} to begin with (check every line):\n")
        for line in proposal.as_yaml(proposals, mapping):
            say("  " + line)


def _stray_files(landing: Path) -> list[LandingFile]:
    found = []
    for path in sorted(p for p in landing.rglob("*") if p.is_file() and not p.name.startswith((".", "_"))):
        kind, stat = kind_of(path.name), path.stat()
        if kind:
            relative = path.relative_to(landing).as_posix()
            found.append(LandingFile("", relative, path, kind, stat.st_size, stat.st_mtime_ns, shared=False))
    return found
