"""One night's taking-in: what arrived becomes staged parts of the lake, or the run ends before anything changes."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from muster.errors import MusterError
from muster.landing import handles
from muster.landing.arrivals import arrivals
from muster.landing.currency import settle_currency
from muster.landing.feeds import DATE, DECIMAL, FEEDS, INTEGER, ORDER_FEEDS, TIMESTAMP, Feed
from muster.landing.files import LandingFile, Listing, has_changed, list_landing
from muster.landing.lake import Entry, Lake, LakeState, TakenFile
from muster.landing.mapping import FILE_NAME, Mapping, read_mapping
from muster.landing.repeats import write_repeats
from muster.landing.taking import Destination, Taken, take_in
from muster.policy import Policy

log = logging.getLogger(__name__)

FILES_PER_PART = 64
QUARANTINE_SHARE_FROM_ROWS = 100
Reasons = dict[tuple[str, str, str], int]  # file, reason, column -> rows


@dataclass
class Ingested:
    """The staged result. `entry` is committed to the lake when the night is published; `state` has it folded in."""

    mapping: Mapping
    entry: Entry
    state: LakeState
    unfinished: list[str]
    warnings: list[str] = field(default_factory=list)


def ingest(landing: Path, lake: Lake, staged: Path, private: Path, run: str, policy: Policy) -> Ingested:
    """Read what is new in `landing` into `<staged>/<feed>/*.parquet`.

    lake: read only, nothing in it changes; the result's state has this night folded in. private: folder for
    plain handles and the bad rows' text. MusterError: CONTRACT.md section 2's reasons to stop.
    """
    state, mapping = lake.state(), read_mapping(landing)
    listing = list_landing(landing, mapping)
    found = arrivals(listing, state, mapping, policy.number("landing_settle_seconds"))
    result = Ingested(mapping, Entry(run=run, landing=str(landing)), state, found.unfinished)
    result.warnings += _listing_warnings(mapping, listing, found.unfinished)
    _check_order_feeds(found.files, state)
    key = handles.hash_key(private.parent)
    bad: dict[str, Reasons] = {}
    for feed in FEEDS.values():
        files = found.files.get(feed.name, [])
        if files:
            taken = list(_take_in_feed(feed, files, result, staged, private, key))
            bad[feed.name] = _count_reasons(taken)
            _check_quarantine_share(feed, taken, bad[feed.name], policy.number("max_quarantine_share"))
    result.entry.currency = settle_currency(staged, result.entry, state, mapping.currency)
    write_repeats(staged, lake.folder, private, result.entry, state)
    state.apply(result.entry)
    _check_required_feeds(state, bad, listing.stray)
    return result


def _take_in_feed(
    feed: Feed, files: list[LandingFile], result: Ingested, staged: Path, private: Path, key: bytes
) -> Iterator[Taken]:
    fingerprint = result.mapping.fingerprint(feed)
    known = set(result.state.columns.get(feed.name, set()))
    for number, chunk in enumerate(batched_files(files), 1):
        part = f"{feed.name}/{result.state.version + 1:06d}-{number:04d}.parquet"
        taken = take_in(chunk, feed, result.mapping, Destination(staged, private, part, key), known)
        known |= taken.columns
        rows = sum(taken.rows.values())
        log.info("  %s: %d file(s), %s rows, %d quarantined", feed.name, len(chunk), f"{rows:,}",
                 sum(taken.quarantined(f.path) for f in chunk))  # fmt: skip
        result.warnings += [
            f"{feed.name}: {count} {column} value(s) cannot be used as a handle"
            for column, count in taken.unusable_handles.items()
        ]
        result.entry.taken += [
            TakenFile(
                feed=f.feed, path=f.path, size=f.size, mtime_ns=f.mtime_ns, sha256=f.sha256(),
                fingerprint=fingerprint, rows=taken.rows[f.path], quarantined=taken.quarantined(f.path),
                parts=taken.parts, run=result.entry.run,
            )
            for f in chunk
        ]  # fmt: skip
        for f in chunk:
            if has_changed(f):
                raise MusterError(f"{f.path} changed while it was being read", "run the night again when it is whole")
        yield taken
    result.entry.columns[feed.name] = sorted(known)


def batched_files(files: list[LandingFile]) -> Iterator[list[LandingFile]]:
    """Files that go into one part."""
    for start in range(0, len(files), FILES_PER_PART):
        yield files[start : start + FILES_PER_PART]


def _listing_warnings(mapping: Mapping, listing: Listing, unfinished: list[str]) -> list[str]:
    warnings = []
    if not mapping.found:
        warnings.append(f"no {FILE_NAME}: columns map by their own names, times without offset are UTC dates")
    if listing.ignored:
        warnings.append(f"{len(listing.ignored)} file(s) hold no data and are not read: {_some(listing.ignored)}")
    if listing.stray:
        warnings.append(
            f"{len(listing.stray)} file(s) lie in no feed's folder and are not read: {_some(listing.stray)}"
        )
    if unfinished:
        warnings.append(f"{len(unfinished)} file(s) still being written wait for the next night: {_some(unfinished)}")
    return warnings


def _some(paths: list[str]) -> str:
    return ", ".join(paths[:5]) + (" ..." if len(paths) > 5 else "")


def _check_order_feeds(files: dict[str, list[LandingFile]], state: LakeState) -> None:
    held = {name for name, _ in state.files} | files.keys()
    if set(ORDER_FEEDS) <= held:
        raise MusterError(
            "the landing zone holds both orders and order_lines: every amount would count twice",
            "keep one of them; order_lines say more (products), orders are smaller",
        )


def _count_reasons(taken: list[Taken]) -> Reasons:
    counts: Reasons = {}
    for part in taken:
        for path, reasons in part.reasons.items():
            for (reason, column), count in reasons.items():
                counts[path, reason, column] = counts.get((path, reason, column), 0) + count
    return counts


def _check_quarantine_share(feed: Feed, taken: list[Taken], counts: Reasons, max_share_percent: float) -> None:
    """A night whose files are mostly unusable is a broken delivery, not a few bad rows."""
    total, bad = sum(sum(t.rows.values()) for t in taken), sum(counts.values())
    if total >= QUARANTINE_SHARE_FROM_ROWS and bad * 100 > max_share_percent * total:
        raise MusterError(
            f"{feed.name}: {bad:,} of {total:,} new rows ({bad / total:.0%}) cannot be used, "
            f"more than max_quarantine_share {max_share_percent:g} %\n{_reason_lines(counts)}",
            f"{_advice(feed, counts)}; `muster check` shows what does not parse",
        )


def _worst(counts: Reasons) -> list[tuple[tuple[str, str, str], int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _reason_lines(counts: Reasons) -> str:
    return "\n".join(
        f"    {path}: {count:,} row(s) {reason}{f', column {column}' if column else ''}"
        for (path, reason, column), count in _worst(counts)[:10]
    )


def _advice(feed: Feed, counts: Reasons) -> str:
    """What usually helps against the most frequent reason."""
    (_, reason, column), _ = _worst(counts)[0]
    kind = feed.column(column) if column else None
    if kind and kind.values:
        known = f"{column} must be one of {', '.join(kind.values)}"
        return f"{known}; translate others in {FILE_NAME}: {{sql: \"case ... when 'paid' then 'completed' end\"}}"
    if reason == "unparseable_value" and kind.type in (TIMESTAMP, DATE):
        return (
            "times are read as 2024-01-31, 2024-01-31 10:00:00 or 2024-01-31T10:00:00+08:00; "
            f"translate others in {FILE_NAME}: {{sql: \"strptime(..., '%d/%m/%Y')\"}}"
        )
    if reason == "unparseable_value" and kind.type in (DECIMAL, INTEGER):
        return f"numbers are read as 1234.50; translate others in {FILE_NAME}: {{sql: \"replace(..., ',', '')\"}}"
    return f"correct the files or {FILE_NAME}"


def _check_required_feeds(state: LakeState, bad: dict[str, Reasons], stray: list[str]) -> None:
    """Orders (either feed) or, for a cold start, users: something must be there and hold usable rows."""
    for name in (*ORDER_FEEDS, "users"):
        files = [f for (feed, _), f in state.files.items() if feed == name]
        if files and not any(f.rows > f.quarantined for f in files):
            read, unusable = sum(f.rows for f in files), sum(f.quarantined for f in files)
            reasons = f"\n{_reason_lines(bad[name])}" if bad.get(name) else ""
            advice = _advice(FEEDS[name], bad[name]) if bad.get(name) else "send a file with usable rows"
            raise MusterError(
                f"{name}: the feed is empty: {len(files)} file(s) ({_some([f.path for f in files])}) "
                f"with {read} row(s), {unusable} of them quarantined{reasons}",
                f"{advice}; `muster check` shows what does not parse",
            )
        if files:
            return
    elsewhere = f"; found elsewhere: {_some(stray)}" if stray else ""
    raise MusterError(
        f"the landing zone holds no orders, no order_lines and no users{elsewhere}",
        f"put files under orders/ or order_lines/, or say where they are: {FILE_NAME}, feeds.orders.files",
    )
