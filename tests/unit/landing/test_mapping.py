"""mapping.yml: what is understood, and what is said about a line that cannot be meant."""

from pathlib import Path

import pytest
from muster.errors import MusterError
from muster.landing.feeds import FEEDS
from muster.landing.mapping import FILE_NAME, Mapping, read_mapping

from landing.zone import Zone, order


def read(folder: Path, text: str) -> Mapping:
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return read_mapping(folder)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(MusterError) as error:
        read(folder, text)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "wrong", "meant"),
    [
        ("busines_timezone: UTC", "`busines_timezone` is unknown", "`business_timezone`"),
        ("feed: {}", "`feed` is unknown", "`feeds`"),
        ("feeds: {order_line: {}}", "`order_line` under feeds", "`order_lines`"),
        ("feeds: {orders: {colums: {}}}", "`colums` under feeds.orders", "`columns`"),
        ("feeds: {orders: {columns: {orderid: x}}}", "`orderid` under feeds.orders.columns", "`order_id`"),
        ("feeds: {orders: {columns: {Amount: x}}}", "`Amount` under feeds.orders.columns", "`amount`"),
    ],
)
def test_a_typo_is_named_with_what_was_probably_meant(tmp_path: Path, text: str, wrong: str, meant: str) -> None:
    said = refusal(tmp_path, text)
    assert wrong in said
    assert f"did you mean {meant}?" in said
    assert "known keys:" in said


def test_a_word_that_is_like_nothing_gets_no_suggestion(tmp_path: Path) -> None:
    said = refusal(tmp_path, "zzzz: 1")
    assert "`zzzz`" in said
    assert "did you mean" not in said


@pytest.mark.parametrize(
    ("zone", "meant"),
    [("Europe/Londn", "Europe/London"), ("asia/shanghai", "Asia/Shanghai"), ("Beijing", None), ("+08:00", None)],
)
def test_an_unknown_time_zone(tmp_path: Path, zone: str, meant: str | None) -> None:
    said = refusal(tmp_path, f"business_timezone: '{zone}'")
    assert f"business_timezone `{zone}` is no IANA time zone" in said
    assert "for example Europe/London" in said
    if meant:
        assert f"did you mean `{meant}`?" in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("business_timezone: UTC\nfeeds:\n\torders: {}\n", 3),
        ("business_timezone: UTC\nfeeds: {orders: {columns: {order_id: [}}}\n", 2),
        ("business_timezone: UTC\n  currency: GBP\n", 2),
    ],
)
def test_malformed_yaml_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    said = refusal(tmp_path, text)
    assert "mapping.yml is not readable YAML" in said
    assert f"at line {line}" in said


def test_a_mapping_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"currency: \xff\xfe\n")
    with pytest.raises(MusterError, match=r"mapping\.yml is not readable YAML"):
        read_mapping(tmp_path)


@pytest.mark.parametrize("text", ["currency: GBP\ncurrency: EUR\n", "feeds:\n  orders: {}\n  orders: {}\n"])
def test_a_key_that_is_there_twice_is_not_silently_the_last(tmp_path: Path, text: str) -> None:
    assert "twice" in refusal(tmp_path, text)


@pytest.mark.parametrize("text", ["- orders", "orders", "feeds: [orders]", "feeds: {orders: text}"])
def test_a_list_or_text_where_keys_belong(tmp_path: Path, text: str) -> None:
    assert "must hold `key: value` lines" in refusal(tmp_path, text)


def test_an_empty_mapping_and_none_at_all(tmp_path: Path) -> None:
    assert read_mapping(tmp_path) == Mapping(found=False)
    assert read(tmp_path, "# nothing yet\n") == Mapping()
    assert read(tmp_path, "feeds:\n  orders:\n").feed("orders").columns == {}


def test_a_mapping_under_another_name_is_not_overlooked(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("currency: GBP\n")
    with pytest.raises(MusterError, match=r"mapping\.yaml.*mapping\.yml"):
        read_mapping(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("order_id:", "names no source column"),
        ("order_id: [a, b]", "names no source column"),
        ("order_id: {sql: a, value: b}", "must be a column's name, {sql: expression} or {value: constant}"),
        ("order_id: {column: a}", "must be a column's name, {sql: expression} or {value: constant}"),
    ],
)
def test_a_column_that_comes_from_nowhere(tmp_path: Path, line: str, said: str) -> None:
    message = refusal(tmp_path, f"feeds: {{orders: {{columns: {{{line}}}}}}}")
    assert "feeds.orders.columns.order_id" in message
    assert said in message


@pytest.mark.parametrize(
    ("written", "text"),
    [("web", "web"), ("007", "007"), ("yes", "yes"), ("1.50", "1.50"), ("2024-01-31", "2024-01-31"), ("", "")],
)
def test_a_constant_means_what_is_written(tmp_path: Path, written: str, text: str) -> None:
    """YAML reads an unquoted 007 as the number 7, and yes as a truth value."""
    mapping = read(tmp_path, f"feeds: {{orders: {{columns: {{coupon: {{value: {written}}}}}}}}}")
    assert mapping.feed("orders").columns["coupon"].text == text


@pytest.mark.parametrize(("written", "region"), [("GB", "GB"), ("cn", "CN"), ("NO", "NO"), ("", None), ("~", None)])
def test_phone_region(tmp_path: Path, written: str, region: str | None) -> None:
    """Norway is no `false`."""
    assert read(tmp_path, f"phone_region: {written}").phone_region == region


def test_an_unknown_phone_region(tmp_path: Path) -> None:
    assert "phone_region `UK` is no country code" in refusal(tmp_path, "phone_region: UK")


@pytest.mark.parametrize("glob", ["/srv/orders/*.csv", "../other/*.csv"])
def test_files_stay_under_the_landing_zone(tmp_path: Path, glob: str) -> None:
    assert "must be a glob under the landing zone" in refusal(tmp_path, f"feeds: {{orders: {{files: {glob}}}}}")


def test_delimiter_is_one_character(tmp_path: Path) -> None:
    assert "must be one character" in refusal(tmp_path, "feeds: {orders: {delimiter: ';;'}}")
    assert read(tmp_path, r'feeds: {orders: {delimiter: "\t"}}').feed("orders").delimiter == "\t"


@pytest.mark.parametrize(
    ("said", "known"), [("GBK", True), ("latin1", True), ("utf-8-sig", True), ("klingon", False), ("rot13", False)]
)
def test_encodings(tmp_path: Path, said: str, known: bool) -> None:
    text = f"feeds: {{orders: {{encoding: {said}}}}}"
    if known:
        read(tmp_path, text)
    else:
        message = refusal(tmp_path, text)
        assert "feeds.orders.encoding" in message
        assert "gb18030" in message


def test_a_changed_mapping_changes_only_its_own_feeds_fingerprint(tmp_path: Path) -> None:
    before = read(tmp_path, "feeds: {orders: {columns: {order_id: a}}}")
    after = read(tmp_path, "feeds: {orders: {columns: {order_id: b}}}")
    elsewhere = read(tmp_path, "business_timezone: Asia/Shanghai\nfeeds: {orders: {columns: {order_id: a}}}")
    orders, users = FEEDS["orders"], FEEDS["users"]
    assert before.fingerprint(orders) != after.fingerprint(orders)
    assert before.fingerprint(users) == after.fingerprint(users)
    assert before.fingerprint(users) != elsewhere.fingerprint(users)


def test_source_columns_are_found_whatever_their_case(zone: Zone) -> None:
    zone.mapping({"feeds": {"orders": {"columns": {"order_id": "invoiceno", "coupon": {"sql": "lower(KUPON)"}}}}})
    zone.csv("orders/a.csv", [{"InvoiceNo": "7", "USER_ID": "u", "Ordered_At": "2024-01-01", "AMOUNT": "1",
                               "kupon": "X"}])  # fmt: skip
    zone.take()
    assert zone.staged("order_id, user_id, amount::varchar, coupon") == [("7", "u", "1.0000", "x")]


def test_value_and_sql_fill_columns(zone: Zone) -> None:
    columns = {
        "channel": {"value": "shop"},
        "status": {"sql": "case when amount like '-%' then 'refund' else 'completed' end"},
        "order_id": {"sql": "'nr-' || \"Order No\""},
    }
    zone.mapping({"feeds": {"orders": {"columns": columns}}})
    rows = [{**order(1), "Order No": "5"}, {**order(2, amount="-2"), "Order No": "6"}]
    zone.csv("orders/a.csv", rows)
    zone.take()
    assert zone.staged("order_id, channel, status") == [("nr-5", "shop", "completed"), ("nr-6", "shop", "refund")]


def test_a_mapping_that_names_a_column_which_is_not_there(zone: Zone) -> None:
    zone.mapping({"feeds": {"orders": {"columns": {"coupon": "Kupon Code"}}}})
    zone.csv("orders/a.csv", [order(1, **{"Kupon Kode": "x"})])
    said = zone.refused()
    assert "feeds.orders.columns.coupon names the source column `Kupon Code`" in said
    assert "did you mean `Kupon Kode`?" in said


def test_without_a_mapping_columns_map_themselves_and_a_warning_says_so(zone: Zone) -> None:
    (zone.landing / FILE_NAME).unlink()
    zone.csv("orders/a.csv", [order(1)])
    taken = zone.take()
    assert zone.staged("order_id, ordered_at::varchar") == [("o1", "2024-01-01 10:00:00")]
    assert any("no mapping.yml" in warning and "UTC" in warning for warning in taken.warnings)
