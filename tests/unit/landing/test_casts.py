"""How one source value becomes a canonical one; business time zones far from UTC and on both sides of a DST change."""

from collections.abc import Callable, Iterator
from datetime import datetime

import duckdb
import pytest
from muster.landing import feeds
from muster.landing.casts import MACROS, as_text, as_type

from landing.zone import Zone, order

Cast = Callable[..., object]
local = datetime.fromisoformat


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    """cast(column type, value, time zone, source type) -> the typed value."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(MACROS)

        def typed(kind: str, value: str, zone: str = "Europe/London", source: str = "VARCHAR") -> object:
            sql = as_type(feeds.Column("x", kind), "v", source, f"'{zone}'")
            return connection.execute(f"select {sql} from (select cast(? as {source}) as v)", [value]).fetchone()[0]

        yield typed


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2024-07-01", "2024-07-01 00:00:00"),
        ("20240701", "2024-07-01 00:00:00"),
        ("2024/07/01", "2024-07-01 00:00:00"),
        ("2024/7/1 9:05", "2024-07-01 09:05:00"),
        ("2024-7-1 9:05:06", "2024-07-01 09:05:06"),
        ("2024-07-01T09:05", "2024-07-01 09:05:00"),
        ("2024-07-01 09:05:06", "2024-07-01 09:05:06"),
        ("20240701 09:05", "2024-07-01 09:05:00"),
        ("20240701090506", "2024-07-01 09:05:06"),
        ("20240701T090506", "2024-07-01 09:05:06"),
        ("2024-07-01 09:05:06.789", "2024-07-01 09:05:06.789000"),
        ("2024-07-01T09:05:06,5", "2024-07-01 09:05:06.500000"),
        ("2024-07-01 09:05:06.123456789", "2024-07-01 09:05:06.123456"),
        ("  2024-07-01 09:05\t", "2024-07-01 09:05:00"),
        ("2024-02-29", "2024-02-29 00:00:00"),
    ],
)
def test_a_timestamp_without_offset_is_local(cast: Cast, text: str, read: str) -> None:
    assert cast(feeds.TIMESTAMP, text, "Pacific/Kiritimati") == local(read)


@pytest.mark.parametrize(
    "text",
    [
        "2024-07-01T01:05:06Z", "2024-07-01t01:05:06z", "2024-07-01 01:05:06 UTC", "2024-07-01 01:05:06 GMT",
        "2024-07-01T09:05:06+08:00", "2024-07-01T09:05:06+0800", "2024-07-01 09:05:06+08",
        "2024-07-01 09:05:06 +08:00", "2024-06-30T21:35:06-03:30", "2024-06-30 21:35:06 -0330",
        "20240701T09:05:06+08:00", "20240701T010506Z", "2024/07/01 09:05:06+08:00", "2024-7-1 9:05:06+08:00",
        "2024-07-01T01:05:06.000000Z",
    ],
)  # fmt: skip
def test_a_timestamp_with_offset_is_converted(cast: Cast, text: str) -> None:
    """Every spelling of one instant: 01:05:06 in UTC, 02:05:06 in London's summer, 15:05:06 on Kiritimati."""
    assert cast(feeds.TIMESTAMP, text, "Europe/London") == local("2024-07-01 02:05:06")
    assert cast(feeds.TIMESTAMP, text, "Pacific/Kiritimati") == local("2024-07-01 15:05:06")
    assert cast(feeds.TIMESTAMP, text, "America/Los_Angeles") == local("2024-06-30 18:05:06")


@pytest.mark.parametrize("text", ["2024-07-01T09:05Z", "2024-07-01 09:05+00:00", "2024-07-01 9:05Z"])
def test_an_offset_without_seconds(cast: Cast, text: str) -> None:
    assert cast(feeds.TIMESTAMP, text, "UTC") == local("2024-07-01 09:05:00")


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30", "2023-02-29", "2024-13-01", "01/07/2024", "07-01-2024", "1.7.2024", "2024-07", "2024", "soon",
        "2024-07-01 25:00", "2024-07-01 09:05:06 CEST", "2024-07-01 09:05:06 Europe/Paris",
        "2024-07-01 09:05:06 PM", "2024-07-01 (BC)", "2024-07-01 09:05:06+08:00:00", "2024-07-01 09:05:06+8",
        "2024-07-01 09:05:06 GMT+8", "2024-07-01T", "2024-07-01Z", "1719824706", "1719824706000",
        "1719824706000000", "12024-07-01", "2024-07-01 09:05:06 and more", "infinity", "epoch", "today", "45474",
    ],
)  # fmt: skip
def test_what_is_no_timestamp_is_none_and_never_another_one(cast: Cast, text: str) -> None:
    """Above all: an offset that is not understood is not simply left out."""
    assert cast(feeds.TIMESTAMP, text) is None


@pytest.mark.parametrize(
    ("zone", "utc", "read"),
    [
        # spring forward: 01:00 to 02:00 (London), 02:00 to 03:00 (Los Angeles) does not exist
        ("Europe/London", "2024-03-31T00:59:59Z", "2024-03-31 00:59:59"),
        ("Europe/London", "2024-03-31T01:00:00Z", "2024-03-31 02:00:00"),
        ("America/Los_Angeles", "2024-03-10T09:59:59Z", "2024-03-10 01:59:59"),
        ("America/Los_Angeles", "2024-03-10T10:00:00Z", "2024-03-10 03:00:00"),
        # fall back: two instants have the same local time
        ("Europe/London", "2024-10-27T00:30:00Z", "2024-10-27 01:30:00"),
        ("Europe/London", "2024-10-27T01:30:00Z", "2024-10-27 01:30:00"),
        ("America/Los_Angeles", "2024-11-03T08:30:00Z", "2024-11-03 01:30:00"),
        ("America/Los_Angeles", "2024-11-03T09:30:00Z", "2024-11-03 01:30:00"),
        # the other side of the date line, and the last moment of a day there
        ("Pacific/Kiritimati", "2023-12-31T10:00:00Z", "2024-01-01 00:00:00"),
        ("Pacific/Kiritimati", "2024-01-01T09:59:59Z", "2024-01-01 23:59:59"),
        ("America/Los_Angeles", "2024-01-01T07:59:59Z", "2023-12-31 23:59:59"),
        ("Asia/Kolkata", "2024-01-01T18:30:00Z", "2024-01-02 00:00:00"),
        # a zone's past counts: Shanghai had summer time until 1991
        ("Asia/Shanghai", "1990-07-01T00:00:00Z", "1990-07-01 09:00:00"),
    ],
)
def test_business_time_zones(cast: Cast, zone: str, utc: str, read: str) -> None:
    expected = local(read)
    assert cast(feeds.TIMESTAMP, utc, zone) == expected
    assert cast(feeds.TIMESTAMP, utc, zone, "TIMESTAMP WITH TIME ZONE") == expected
    assert cast(feeds.DATE, utc, zone) == expected.date()


def test_a_local_time_that_does_not_exist_is_kept_as_it_is_written(cast: Cast) -> None:
    """Shops write such times; only the business date matters, and that is clear."""
    assert cast(feeds.TIMESTAMP, "2024-03-31 01:30:00") == local("2024-03-31 01:30:00")


@pytest.mark.parametrize("source", ["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"])
def test_typed_dates_are_local(cast: Cast, source: str) -> None:
    assert cast(feeds.TIMESTAMP, "2024-07-01", "Pacific/Kiritimati", source) == local("2024-07-01 00:00:00")


@pytest.mark.parametrize("source", ["BIGINT", "INTEGER", "DOUBLE"])
def test_a_date_that_a_program_stored_as_a_number(cast: Cast, source: str) -> None:
    assert cast(feeds.TIMESTAMP, "20240701", source=source) == local("2024-07-01 00:00:00")


@pytest.mark.parametrize(
    ("value", "source", "text"),
    [
        ("12346.0", "DOUBLE", "12346"), ("12346", "FLOAT", "12346"), ("-3.0", "DOUBLE", "-3"),
        ("9007199254740992", "DOUBLE", "9007199254740992"), ("12346.5", "DOUBLE", "12346.5"),
        ("nan", "DOUBLE", None), ("12346", "BIGINT", "12346"),
        ("12345678901234567890", "HUGEINT", "12345678901234567890"), ("00123", "VARCHAR", "00123"),
        ("12346.0", "VARCHAR", "12346.0"), (" 7 ", "VARCHAR", "7"), ("\t620123\t", "VARCHAR", "620123"),
        ("\u00a0\u30007\ufeff", "VARCHAR", "7"), ("a b", "VARCHAR", "a b"), ("", "VARCHAR", None),
        ("   ", "VARCHAR", None), ("\t", "VARCHAR", None), ("\u3000", "VARCHAR", None), ("0", "VARCHAR", "0"),
    ],
)  # fmt: skip
def test_ids(cast: Cast, value: str, source: str, text: str | None) -> None:
    """Spreadsheets append tabs to long ids, pandas makes floats of ids where one is missing."""
    assert cast(feeds.ID, value, source=source) == text


@pytest.mark.parametrize(
    ("value", "source", "number"),
    [
        ("1.5", "VARCHAR", "1.5000"), (" 12 ", "VARCHAR", "12.0000"), ("-0.01", "VARCHAR", "-0.0100"),
        ("+5", "VARCHAR", "5.0000"), (".5", "VARCHAR", "0.5000"), ("1e3", "VARCHAR", "1000.0000"),
        ("1.00005", "VARCHAR", "1.0001"), ("-1.00005", "VARCHAR", "-1.0001"), ("2.55", "DOUBLE", "2.5500"),
        ("1.005", "DOUBLE", "1.0050"), ("99999999999999.9999", "VARCHAR", "99999999999999.9999"),
        ("100000000000000", "VARCHAR", None), ("nan", "VARCHAR", None), ("inf", "DOUBLE", None),
        ("1,234.50", "VARCHAR", None), ("1.234,50", "VARCHAR", None), ("£5", "VARCHAR", None),
        ("5 GBP", "VARCHAR", None), ("five", "VARCHAR", None), ("", "VARCHAR", None),
    ],
)  # fmt: skip
def test_decimals(cast: Cast, value: str, source: str, number: str | None) -> None:
    found = cast(feeds.DECIMAL, value, source=source)
    assert (None if found is None else str(found)) == number


@pytest.mark.parametrize(("value", "number"), [("7", 7), ("7.0", 7), ("7.5", None), ("-3", -3), ("seven", None)])
def test_integers(cast: Cast, value: str, number: int | None) -> None:
    assert cast(feeds.INTEGER, value) == number


@pytest.mark.parametrize(
    ("value", "truth"),
    [("true", True), ("TRUE", True), ("t", True), ("Yes", True), ("y", True), ("1", True), ("false", False),
     ("F", False), ("no", False), ("N", False), ("0", False), ("", None), ("maybe", None), ("2", None)],
)  # fmt: skip
def test_booleans(cast: Cast, value: str, truth: bool | None) -> None:
    assert cast(feeds.BOOLEAN, value) is truth


@pytest.mark.parametrize(("value", "source"), [("1", "DOUBLE"), ("1", "INTEGER"), ("true", "BOOLEAN")])
def test_booleans_of_other_types(cast: Cast, value: str, source: str) -> None:
    assert cast(feeds.BOOLEAN, value, source=source) is True


def test_blank_is_null_for_every_type(cast: Cast) -> None:
    kinds = (feeds.ID, feeds.TEXT, feeds.TIMESTAMP, feeds.DATE, feeds.DECIMAL, feeds.INTEGER, feeds.BOOLEAN)
    assert [cast(kind, " \t") for kind in kinds] == [None] * len(kinds)
    assert as_text("v", "VARCHAR") == "plain_text(v)"


ROWS = [order(1, order_id="007", user_id="00042"), order(2, order_id="9007199254740993", user_id="1e5")]
IDS = [("007", "00042"), ("9007199254740993", "1e5")]


def test_ids_are_read_as_text_from_csv_and_jsonl(zone: Zone) -> None:
    zone.csv("orders/a.csv", ROWS)
    zone.jsonl("orders/b.jsonl", ROWS)
    zone.write("orders/c.jsonl", '{"order_id": 12345678901234567890123, "user_id": 9007199254740993, '
                                 '"ordered_at": "2024-01-01", "amount": 10.10}\n')  # fmt: skip
    zone.take()
    assert zone.staged("order_id, user_id") == [*IDS, *IDS, ("12345678901234567890123", "9007199254740993")]
    assert str(zone.staged("amount")[-1][0]) == "10.1000"


def test_parquet_keeps_its_types(zone: Zone) -> None:
    zone.mapping({"business_timezone": "Asia/Shanghai"})
    zone.parquet(
        "orders/a.parquet",
        """select 12346.0::double as order_id, 7 as user_id, timestamptz '2024-01-01 17:00:00+00' as ordered_at,
            19.9::double as amount, date '2024-01-03' as updated_at""",
    )
    zone.take()
    names = "order_id, user_id, ordered_at::varchar, amount::varchar, updated_at::varchar, business_date::varchar"
    assert zone.staged(names) == [
        ("12346", "7", "2024-01-02 01:00:00", "19.9000", "2024-01-03 00:00:00", "2024-01-02")
    ]  # fmt: skip
