"""Random values: DuckDB's reading of a timestamp or an amount against Python's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from muster.landing import feeds
from muster.landing.casts import MACROS, as_type
from muster.landing.expressions import literal

ZONES = ("UTC", "Europe/London", "America/Los_Angeles", "Asia/Shanghai", "Asia/Kolkata", "Pacific/Kiritimati",
         "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca")  # fmt: skip
KINDS = (feeds.TIMESTAMP, feeds.DATE, feeds.DECIMAL, feeds.INTEGER, feeds.BOOLEAN, feeds.ID)
MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
local = datetime.fromisoformat


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a prepared cast for each kind of column."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(MACROS)
        for kind in KINDS:
            sql = as_type(feeds.Column("x", kind), "v", "VARCHAR", "zone")
            connection.execute(f"prepare as_{kind} as select {sql} from (select $1::varchar as v, $2::varchar as zone)")
        yield connection


def cast(connection: duckdb.DuckDBPyConnection, kind: str, text: str, zone: str = "UTC") -> object:
    return connection.execute(f"execute as_{kind}({literal(text)}, {literal(zone)})").fetchone()[0]


@st.composite
def spelled(draw: st.DrawFn) -> tuple[datetime, str]:
    """An instant with an offset, and one of its ISO 8601 spellings."""
    minutes = draw(st.integers(-14 * 60, 14 * 60))
    offset = timezone(timedelta(minutes=minutes))
    moment = draw(st.datetimes(local("1995-01-01"), local("2037-12-30"))).replace(tzinfo=offset)
    digits = draw(st.sampled_from([0, 3, 6]))
    moment = moment.replace(microsecond=moment.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits))
    fraction = f"{draw(st.sampled_from('.,'))}{moment.microsecond:06d}"[: digits + 1] if digits else ""
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    zones = [f"{sign}{hours:02d}:{rest:02d}", f"{sign}{hours:02d}{rest:02d}", f" {sign}{hours:02d}:{rest:02d}"]
    zones += [f"{sign}{hours:02d}"] if not rest else []
    zones += ["Z", " UTC", "z"] if not minutes else []
    day = draw(st.sampled_from([f"{moment:%Y-%m-%d}", f"{moment:%Y%m%d}", f"{moment:%Y/%m/%d}"]))
    clock = f"{draw(st.sampled_from('T '))}{moment:%H:%M:%S}{fraction}"
    return moment, day + clock + draw(st.sampled_from(zones))


@MANY
@given(moment=spelled(), zone=st.sampled_from(ZONES))
def test_a_timestamp_with_offset(
    connection: duckdb.DuckDBPyConnection, moment: tuple[datetime, str], zone: str
) -> None:
    instant, text = moment
    assert cast(connection, feeds.TIMESTAMP, text, zone) == instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@MANY
@given(moment=st.datetimes(local("1900-01-01"), local("2100-01-01")), zone=st.sampled_from(ZONES))
def test_a_timestamp_without_offset(connection: duckdb.DuckDBPyConnection, moment: datetime, zone: str) -> None:
    assert cast(connection, feeds.TIMESTAMP, moment.isoformat(), zone) == moment
    assert cast(connection, feeds.TIMESTAMP, str(moment), zone) == moment
    assert cast(connection, feeds.DATE, f"{moment:%Y%m%d}", zone) == moment.date()
    whole = moment.replace(microsecond=0)
    assert cast(connection, feeds.TIMESTAMP, f"{whole:%Y%m%d%H%M%S}", zone) == whole


@MANY
@given(
    instant=st.datetimes(local("2000-01-01"), local("2037-01-01"), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
)
def test_a_parquet_instant_has_the_business_date_of_its_text(
    connection: duckdb.DuckDBPyConnection, instant: datetime, zone: str
) -> None:
    sql = as_type(feeds.Column("x", feeds.DATE), "v", "TIMESTAMP WITH TIME ZONE", f"'{zone}'")
    (typed,) = connection.execute(f"select {sql} from (select ?::timestamptz as v)", [instant]).fetchone()
    assert typed == cast(connection, feeds.DATE, instant.isoformat(), zone)


@MANY
@given(amount=st.decimals(Decimal("-99999999999999.9999"), Decimal("99999999999999.9999"), places=4))
def test_an_amount_comes_back_as_it_was_written(connection: duckdb.DuckDBPyConnection, amount: Decimal) -> None:
    assert cast(connection, feeds.DECIMAL, f"{amount:f}") == amount
    assert str(cast(connection, feeds.DECIMAL, f" {amount:f}")) == f"{amount:.4f}"


@MANY
@given(amount=st.decimals(Decimal("-999999999"), Decimal("999999999"), places=9))
def test_a_finer_amount_is_rounded_half_away_from_zero(connection: duckdb.DuckDBPyConnection, amount: Decimal) -> None:
    expected = amount.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
    assert cast(connection, feeds.DECIMAL, f"{amount:f}") == expected


@MANY
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
def test_any_text_is_a_timestamp_or_none_and_never_an_error(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    for kind in KINDS:
        cast(connection, kind, text, "Europe/London")


@MANY
@given(tail=st.text("0123456789:+-.TZ UTCGMTBACD()/", min_size=1, max_size=9))
def test_whatever_follows_a_local_time_is_understood_or_makes_it_none(
    connection: duckdb.DuckDBPyConnection, tail: str
) -> None:
    """Never the local time with the rest left out, unless the rest is a fraction, or blank."""
    if set(tail) <= set("0123456789. "):
        return
    found = {cast(connection, feeds.TIMESTAMP, "2024-07-01 09:05:06" + tail, zone) for zone in ZONES[:3]}
    assert found != {local("2024-07-01 09:05:06")}
