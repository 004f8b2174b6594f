"""Proposes a mapping.yml for files that say in their own words what the feeds call otherwise."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb

from muster.landing.expressions import literal, quoted
from muster.landing.feeds import DATE, ORDER_STATUSES, TIMESTAMP, Feed
from muster.landing.mapping import FeedMapping, Mapping
from muster.landing.reading import Readable
from muster.landing.synonyms import DATE_FORMATS, STATUS_WORDS, SYNONYMS, plain

SAMPLE_ROWS = 10_000
SHOWN_VALUES = 8
YAML_WORDS = ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
# Which feed unknown files are taken for: the first whose telling columns are all found.
TELLING = {
    "order_lines": ("order_id", "ordered_at", "quantity"),
    "orders": ("order_id", "ordered_at", "amount"),
    "community_events": ("event_type", "occurred_at"),
    "contacts": ("contact_id", "contacted_at"),
    "group_members": ("group_id", "user_id"),
    "users": ("user_id",),
}


@dataclass
class Proposal:
    """canonical column -> YAML text of its source, and what a person has to decide."""

    feed: str
    columns: dict[str, str] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)


def best_column(canonical: str, source_columns: list[str]) -> str | None:
    """The source column that most likely is the canonical one."""
    by_plain = {plain(name): name for name in reversed(source_columns)}
    for wanted in (plain(canonical), *SYNONYMS.get(canonical, ())):
        if wanted in by_plain:
            return by_plain[wanted]
    near = difflib.get_close_matches(plain(canonical), list(by_plain), n=1, cutoff=0.85)
    return by_plain[near[0]] if near else None


def guess_feed(source_columns: list[str]) -> str | None:
    """The feed that a file with these columns most likely is."""
    for feed, telling in TELLING.items():
        if all(best_column(name, source_columns) for name in telling):
            return feed
    return None


def propose(connection: duckdb.DuckDBPyConnection, feed: Feed, readable: Readable) -> Proposal:
    """A source for every canonical column of `feed` that the file seems to have.

    connection: one that may read the file and has casts.MACROS.
    """
    proposal, used = Proposal(feed.name), set()
    for column in feed.columns:
        found = best_column(column.name, [c for c in readable.columns if c not in used])
        if found is None:
            if column.required:
                proposal.questions.append(f"which column is {column.name}?")
            continue
        used.add(found)
        kind = readable.columns[found]
        if column.type in (TIMESTAMP, DATE) and kind == "VARCHAR":
            proposal.columns[column.name] = _dates(connection, readable, found, proposal)
        elif column.name == "status":
            proposal.columns[column.name] = _statuses(connection, readable, found, proposal)
        else:
            proposal.columns[column.name] = _yaml(found)
    return proposal


def as_yaml(proposals: list[tuple[Proposal, str | None]], mapping: Mapping) -> Iterator[str]:
    """Lines of a mapping.yml; each proposal with the glob of its files where they lie in no feed folder.

    mapping: the one that is there, whose other settings are kept.
    """
    yield f"business_timezone: {mapping.business_timezone}    # where the shop's days begin, for example Europe/London"
    for key in ("currency", "phone_region"):
        if value := getattr(mapping, key):
            yield f"{key}: {_yaml_quoted(value)}"
    yield "feeds:"
    for proposal, files in proposals:
        yield f"  {proposal.feed}:"
        if files:
            yield f"    files: {_yaml(files)}"
        part = mapping.feed(proposal.feed)
        if part.encoding != FeedMapping().encoding:
            yield f"    encoding: {_yaml_quoted(part.encoding)}"
        if part.delimiter:
            yield f"    delimiter: {_yaml_quoted(part.delimiter)}"
        yield "    columns:"
        for name, source in proposal.columns.items():
            yield f"      {name}: {source}"
        for question in proposal.questions:
            yield f"      # {question}"


def _values(connection: duckdb.DuckDBPyConnection, readable: Readable, column: str) -> str:
    value = f"cell_time({quoted(column)})" if readable.file.kind == "xlsx" else quoted(column)
    return f"(select {value} as v from ({readable.relation}) where {quoted(column)} <> '' limit {SAMPLE_ROWS})"


def _dates(connection: duckdb.DuckDBPyConnection, readable: Readable, column: str, proposal: Proposal) -> str:
    values = _values(connection, readable, column)
    if not _unparsed(connection, values, "local_timestamp(v, 'UTC')"):
        return _yaml(column)
    fitting = [f for f in DATE_FORMATS if not _unparsed(connection, values, f"try_strptime(v, {literal(f)})")]
    if not fitting:
        proposal.questions.append(f'{column}: in which format are these dates? {{sql: "strptime(...)"}}')
        return _yaml(column)
    if {"%d/%m", "%m/%d"} <= {f[:5] for f in fitting}:
        proposal.questions.append(f"{column}: day first or month first? Every value fits both")
    expression = f"strptime({quoted(column)}, {literal(fitting[0])})"
    return f"{{sql: {_yaml_quoted(expression)}}}"


def _unparsed(connection: duckdb.DuckDBPyConnection, values: str, expression: str) -> bool:
    return connection.execute(f"select count(*) from {values} where ({expression}) is null").fetchone()[0] > 0


def _statuses(connection: duckdb.DuckDBPyConnection, readable: Readable, column: str, proposal: Proposal) -> str:
    values = _values(connection, readable, column)
    found = [
        v for (v,) in connection.execute(f"select v from {values} group by v order by count(*) desc, v").fetchall()
    ]
    unknown = [value for value in found if str(value).strip().lower() not in ORDER_STATUSES]
    if not unknown:
        return _yaml(column)
    proposal.questions.append(f"{column}: what do its values mean? Each must become one of {', '.join(ORDER_STATUSES)}")
    whens = " ".join(f"when {literal(str(v))} then {literal(_status(str(v)))}" for v in unknown[:SHOWN_VALUES])
    expression = f"case {quoted(column)} {whens} else {quoted(column)} end"
    return f"{{sql: {_yaml_quoted(expression)}}}"


def _status(word: str) -> str:
    return next((status for status, words in STATUS_WORDS.items() if plain(word) in words), "completed")


def _yaml(text: str) -> str:
    return (
        text
        if re.fullmatch(r"[^\W\d][\w ]*\w|[^\W\d]", text) and text.lower() not in YAML_WORDS
        else _yaml_quoted(text)
    )


def _yaml_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
