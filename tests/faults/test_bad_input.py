"""Deliveries that must not be released: each through the real command, as somebody would meet it.

The run ends with status 1 and a message that names file, column, reason and count; readers keep what they had.
"""

import pytest
from refusals import AS_OF, HEADER, publish_before, quarantined, refused, rows, staged, text
from support.sheets import write_workbook
from support.shops import Shop


@pytest.fixture
def delivery(shop: Shop) -> Shop:
    """A landing zone with a mapping, and a home that has published before."""
    publish_before(shop)
    return shop.mapping()


def test_a_required_column_is_missing(delivery: Shop) -> None:
    delivery.csv("orders/a.csv", [{"order_id": "o1", "Customer": "u", "ordered_at": AS_OF, "status": ""}])
    said = refused(delivery)
    assert "orders/a.csv: 2 required column(s) of orders missing: user_id, amount" in said
    assert "(the file has: order_id, Customer, ordered_at, status)" in said
    assert "mapping.yml under feeds.orders.columns" in said
    assert "`muster check`" in said


def test_a_required_column_is_missing_from_lines(delivery: Shop) -> None:
    delivery.csv("order_lines/a.csv", [{"order_id": "o1", "user_id": "u", "ordered_at": AS_OF, "quantity": "1"}])
    assert "missing: line_amount or quantity and unit_price" in refused(delivery)


def test_dates_that_do_not_parse(delivery: Shop) -> None:
    delivery.csv("orders/a.csv", rows(bad=7, ordered_at="31/01/2024"))
    said = refused(delivery)
    assert "orders: 7 of 120 new rows (6%) cannot be used, more than max_quarantine_share 5 %" in said
    assert "orders/a.csv: 7 row(s) unparseable_value, column ordered_at" in said
    assert "31/01/2024" not in said, "a message never holds a row's own values"
    assert "2024-01-31T10:00:00+08:00" in said
    assert "strptime" in said


def test_an_unknown_status(delivery: Shop) -> None:
    delivery.csv("orders/a.csv", rows(bad=7, status="shipped"))
    said = refused(delivery)
    assert "orders/a.csv: 7 row(s) unknown_status, column status" in said
    assert "status must be one of completed, refund, cancelled, pending, failed" in said


def test_a_single_unknown_status_is_only_quarantined(delivery: Shop) -> None:
    delivery.csv("orders/a.csv", rows(bad=1, status="shipped"))
    assert quarantined(delivery) == 1


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_an_empty_file(delivery: Shop, ending: str) -> None:
    delivery.csv("orders/a.csv", rows(5))
    delivery.write(f"orders/b.{ending}", b"")
    assert f"orders/b.{ending}: the file is empty (0 bytes)" in refused(delivery)


def test_a_feed_of_headers_only(delivery: Shop) -> None:
    delivery.write("orders/a.csv", HEADER + "\n")
    delivery.write("orders/b.csv", HEADER)
    assert "orders: the feed is empty: 2 file(s) (orders/a.csv, orders/b.csv) with 0 row(s)" in refused(delivery)


def test_a_feed_of_bad_rows_only(delivery: Shop) -> None:
    delivery.csv("orders/a.csv", rows(5, bad=5, amount="free"))
    said = refused(delivery)
    assert "orders: the feed is empty: 1 file(s) (orders/a.csv) with 5 row(s), 5 of them quarantined" in said
    assert "orders/a.csv: 5 row(s) unparseable_value, column amount" in said
    assert "numbers are read as 1234.50" in said


def test_a_truncated_parquet_file(delivery: Shop) -> None:
    file = delivery.parquet(
        "orders/a.parquet", f"select 'o' as order_id, 'u' as user_id, date '{AS_OF}' as ordered_at, 1 as amount"
    )
    file.write_bytes(file.read_bytes()[:-20])
    assert "orders/a.parquet: no whole Parquet file (cut off, or another format)" in refused(delivery)


@pytest.mark.parametrize("keep", [0.9, 0.5, 0])
def test_a_truncated_workbook(delivery: Shop, keep: float) -> None:
    delivery.csv("orders/a.csv", rows(5))
    header = ["contact_id", "user_id", "contacted_at", "channel", "result"]
    calls = [[f"c{n}", "u", AS_OF, "phone", "bought"] for n in range(500)]
    whole = write_workbook(delivery.landing / "contacts" / "a.xlsx", {"Calls": [header, *calls]})
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * keep)] or b"no workbook")
    said = refused(delivery)
    assert "contacts/a.xlsx: no whole Excel workbook (cut off, another format, or locked by a password)" in said
    assert "save it as an Excel workbook (.xlsx) once more" in said


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_truncated_gzip_file(delivery: Shop, ending: str) -> None:
    if ending == "csv":
        whole = delivery.csv("orders/a.csv.gz", rows(5000))
    else:
        whole = delivery.jsonl("orders/a.jsonl.gz", rows(5000))
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert f"orders/a.{ending}.gz: no whole gzip file (cut off, damaged, or another format)" in refused(delivery)


def test_a_csv_file_that_is_called_gzip(delivery: Shop) -> None:
    delivery.write("orders/a.csv", text())
    (delivery.landing / "orders/a.csv").rename(delivery.landing / "orders/a.csv.gz")
    assert "orders/a.csv.gz: no whole gzip file" in refused(delivery)


@pytest.mark.parametrize(("codec", "name"), [("gb18030", "优惠券"), ("latin-1", "café")])
@pytest.mark.parametrize("first", [0, 3000])
def test_another_encoding_than_the_mapping_says(delivery: Shop, codec: str, name: str, first: int) -> None:
    """Also when the first such letter comes long after the header."""
    lines = [f"o{n},{name if n >= first else 'u'},{AS_OF},1,completed" for n in range(first + 200)]
    delivery.write("orders/a.csv", "\n".join([HEADER, *lines]).encode(codec))
    said = refused(delivery)
    assert "orders/a.csv: is not UTF-8 text" in said
    assert "mapping.yml: feeds.orders.encoding, for example gb18030" in said


def test_the_encoding_that_the_mapping_says(delivery: Shop) -> None:
    delivery.mapping({"feeds": {"orders": {"encoding": "gb18030"}, "users": {"encoding": "latin-1"}}})
    delivery.write("orders/a.csv", text("x1,优惠券,2024-01-31,1,completed\n").encode("gb18030"))
    delivery.write("users/a.csv", "user_id,nickname\nu,café\n".encode("latin-1"))
    candidate = staged(delivery)
    assert [(file["rows"], file["quarantined"]) for file in candidate.inputs] == [(1, 0), (121, 0)]


def test_null_ids(delivery: Shop) -> None:
    """An order without a number cannot be an order; one without a user is anonymous."""
    delivery.csv("orders/a.csv", [*rows(5), *rows(2, 2, order_id=""), rows(1)[0] | {"order_id": "o9", "user_id": ""}])
    assert quarantined(delivery) == 2
    delivery.csv("orders/b.csv", rows(120, 20, order_id=" "))
    assert "orders/b.csv: 20 row(s) missing_value, column order_id" in refused(delivery)


def test_csv_rows_with_too_many_or_too_few_columns(delivery: Shop) -> None:
    odd = f"x1,u,{AS_OF}\nx2,u,{AS_OF},1,completed,more\n"
    delivery.write("orders/a.csv", text(odd))
    assert quarantined(delivery) == 2
    delivery.write("orders/a.csv", text(odd * 5))
    assert "orders/a.csv: 10 row(s) unreadable_row" in refused(delivery)


def test_a_quotation_mark_that_is_never_closed(delivery: Shop) -> None:
    delivery.write("orders/a.csv", text().replace("o7,u", 'o7,"u'))
    assert "orders/a.csv: a quotation mark in row 8 is not closed in its place and swallows 112 line(s)" in refused(
        delivery
    )


def test_malformed_jsonl_lines(delivery: Shop) -> None:
    good = delivery.jsonl("orders/a.jsonl", rows()).read_text()
    delivery.write("orders/a.jsonl", good + '{"order_id": "x1",\n["x2"]\n')
    assert quarantined(delivery) == 2
    delivery.write("orders/a.jsonl", good + '{"order_id": "x1",\n' * 7)
    assert "orders/a.jsonl: 7 row(s) unreadable_row" in refused(delivery)


def test_a_file_that_is_no_jsonl(delivery: Shop) -> None:
    delivery.write("orders/a.jsonl", text())
    assert "orders/a.jsonl: holds no JSON object" in refused(delivery)


def test_duplicate_header_names(delivery: Shop) -> None:
    delivery.write("orders/a.csv", "order_id,user_id,Amount,ordered_at,amount\no1,u,1,2024-01-31,2\n")
    assert "orders/a.csv: the header names the column `Amount` twice" in refused(delivery)
