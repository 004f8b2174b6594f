"""mapping.yml: where each canonical column comes from, and in which time zone and currency."""

import codecs
import difflib
import hashlib
import json
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
import yaml

from muster.errors import MusterError
from muster.landing.feeds import FEEDS, Feed

FILE_NAME = "mapping.yml"
DEFAULT_TIMEZONE = "UTC"
TOP_KEYS = ("business_timezone", "currency", "phone_region", "feeds")
FEED_KEYS = ("files", "columns", "encoding", "delimiter")
SOURCE_KEYS = ("sql", "value")


@dataclass(frozen=True)
class Source:
    """Where one canonical column comes from: a source `column`, an `sql` expression or a `value`."""

    kind: str
    text: str


@dataclass(frozen=True)
class FeedMapping:
    """One feed's part of mapping.yml. `files`: a glob under the landing zone instead of the feed's folder."""

    files: str | None = None
    columns: MappingType[str, Source] = field(default_factory=dict)
    encoding: str = "utf-8"
    delimiter: str | None = None


@dataclass(frozen=True)
class Mapping:
    """A whole mapping.yml; `found` is False where the landing zone has none (canonical names, UTC)."""

    business_timezone: str = DEFAULT_TIMEZONE
    currency: str | None = None
    phone_region: str | None = None
    feeds: MappingType[str, FeedMapping] = field(default_factory=dict)
    found: bool = True

    def feed(self, name: str) -> FeedMapping:
        return self.feeds.get(name, FeedMapping())

    def fingerprint(self, feed: Feed) -> str:
        """What the typed rows of `feed` depend on: when it changes, its files are read again."""
        part = self.feed(feed.name)
        said = [
            self.business_timezone, self.phone_region, part.encoding, part.delimiter,
            sorted((name, s.kind, s.text) for name, s in part.columns.items()), repr(feed),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


class _Texts(yaml.SafeLoader):
    """Every value as the text that is written (007, yes, NO), null where nothing is; no key twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own attribute
        first: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        known: set[str] = set()
        for key, _ in node.value:
            if key.value in known:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key `{key.value}` is there twice", problem_mark=key.start_mark
                )
            known.add(key.value)
        return super().construct_mapping(node, deep)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` or nothing."""
    by_lower = {k.lower(): k for k in known}
    near = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return f"; did you mean `{by_lower[near[0]]}`?" if near else ""


def read_mapping(landing: Path) -> Mapping:
    """Read and check `<landing>/mapping.yml`; MusterError names the key that cannot be meant."""
    path = landing / FILE_NAME
    if not path.exists():
        if path.with_suffix(".yaml").exists():
            raise MusterError(f"the mapping is named mapping.yaml, only {FILE_NAME} is read", "rename the file")
        return Mapping(found=False)
    try:
        document = _Texts(path.read_text(encoding="utf-8-sig")).get_single_data()
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        where = f" at line {place.line + 1}: {error.problem}" if place else ""
        raise MusterError(f"{FILE_NAME} is not readable YAML{where}", "correct the file; indent with spaces") from error
    return parse_mapping(document or {})


def parse_mapping(document: object) -> Mapping:
    """The checked Mapping of a parsed mapping.yml."""
    top = _section(document, "", TOP_KEYS)
    feeds = {}
    for name, part in _section(top.get("feeds") or {}, "feeds", FEEDS).items():
        feeds[name] = _feed_mapping(FEEDS[name], part)
    currency = top.get("currency")
    return Mapping(
        business_timezone=_timezone(top.get("business_timezone") or DEFAULT_TIMEZONE),
        currency=str(currency).strip().upper() if currency else None,
        phone_region=_phone_region(top.get("phone_region")),
        feeds=feeds,
    )


def _section(value: object, where: str, known: Iterable[str]) -> dict[str, object]:
    known = list(known)
    if not isinstance(value, dict):
        raise MusterError(
            f"{FILE_NAME}: {where or 'the file'} must hold `key: value` lines", f"known keys: {', '.join(known)}"
        )
    section = {str(key): entry for key, entry in value.items()}
    for key in section:
        if key not in known:
            raise MusterError(
                f"{FILE_NAME}: `{key}`{f' under {where}' if where else ''} is unknown{suggestion(key, known)}",
                f"known keys: {', '.join(known)}",
            )
    return section


def _feed_mapping(feed: Feed, value: object) -> FeedMapping:
    part = _section(value or {}, f"feeds.{feed.name}", FEED_KEYS)
    names = [column.name for column in feed.columns]
    where = f"feeds.{feed.name}.columns"
    columns = {
        name: _source(f"{where}.{name}", source)
        for name, source in _section(part.get("columns") or {}, where, names).items()
    }
    delimiter = part.get("delimiter")
    if delimiter is not None and len(str(delimiter)) != 1:
        raise MusterError(f"{FILE_NAME}: feeds.{feed.name}.delimiter must be one character")
    files = part.get("files")
    if files is not None and (Path(str(files)).is_absolute() or ".." in Path(str(files)).parts):
        raise MusterError(f"{FILE_NAME}: feeds.{feed.name}.files must be a glob under the landing zone")
    return FeedMapping(
        files=str(files) if files is not None else None,
        columns=columns,
        encoding=_encoding(feed, str(part.get("encoding") or "utf-8")),
        delimiter=str(delimiter) if delimiter is not None else None,
    )


def _source(where: str, value: object) -> Source:
    if isinstance(value, dict):
        if len(value) == 1 and str(next(iter(value))) in SOURCE_KEYS:
            kind, text = next(iter(value.items()))
            return Source(str(kind), "" if text is None else _constant(text))
        raise MusterError(f"{FILE_NAME}: {where} must be a column's name, {{sql: expression}} or {{value: constant}}")
    if value is None or isinstance(value, list):
        raise MusterError(f"{FILE_NAME}: {where} names no source column", "give the column's name, or remove the line")
    return Source("column", str(value))


def _constant(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _encoding(feed: Feed, name: str) -> str:
    try:
        "".encode(name)
        return codecs.lookup(name).name
    except LookupError as error:
        raise MusterError(
            f"{FILE_NAME}: feeds.{feed.name}.encoding `{name}` is unknown",
            "for example utf-8, gb18030, big5, shift_jis, cp1252, latin-1, utf-16",
        ) from error


def _timezone(name: object) -> str:
    if str(name) not in available_timezones():
        near = suggestion(str(name), available_timezones())
        raise MusterError(
            f"{FILE_NAME}: business_timezone `{name}` is no IANA time zone{near}", "for example Europe/London"
        )
    return ZoneInfo(str(name)).key


def _phone_region(value: object) -> str | None:
    region = str(value).strip().upper() if value else None
    if region and region not in phonenumbers.SUPPORTED_REGIONS:
        raise MusterError(f"{FILE_NAME}: phone_region `{value}` is no country code", "for example GB or CN")
    return region
