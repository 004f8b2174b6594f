"""Bad input ends the run with status 1, a message that names file, column, reason and count, and no change at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.shops import MAPPING, Shop

MUSTER = Path(sys.executable).parent / "muster"
GOOD = [{"order_id": f"o{n}", "user_id": f"u{n}", "ordered_at": "2026-01-05", "amount": "10"} for n in range(200)]


def muster(shop: Shop, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(MUSTER), *arguments],
        env={**os.environ, "MUSTER_HOME": str(shop.home), "MUSTER_LANDING": str(shop.landing)},
        capture_output=True,
        text=True,
        check=False,
    )


def refused(shop: Shop, *said: str) -> None:
    """The run fails in ingest, says all of `said` and the next step, and leaves neither release nor lake behind."""
    finished = muster(shop, "run", "--as-of", "2026-01-05")
    assert finished.returncode == 1, finished.stdout + finished.stderr
    for words in said:
        assert words in finished.stderr
    assert "What to do:" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert not (shop.home / "current").exists()
    assert not (shop.home / "lake").exists()


def bad_orders(count: int, **wrong: str) -> list[dict]:
    return GOOD[count:] + [order | wrong for order in GOOD[:count]]


def test_missing_required_column(shop: Shop):
    shop.mapping().csv("orders/1.csv", [{k: v for k, v in order.items() if k != "ordered_at"} for order in GOOD])
    refused(shop, "orders/1.csv", "1 required column(s) of orders missing: ordered_at", "order_id, user_id, amount")


def test_unparseable_dates(shop: Shop):
    shop.mapping().csv("orders/1.csv", bad_orders(11, ordered_at="31/31/2026"))
    refused(shop, "11 of 200 new rows", "orders/1.csv: 11 row(s) unparseable_value, column ordered_at", "muster check")


def test_unknown_status(shop: Shop):
    shop.mapping().csv("orders/1.csv", bad_orders(20, status="teleported"))
    refused(shop, "orders/1.csv: 20 row(s) unknown_status, column status", "max_quarantine_share 5 %")


def test_second_currency_in_the_rows(shop: Shop):
    shop.mapping().csv("orders/1.csv", bad_orders(3, currency="USD"))
    refused(shop, "3 row(s) in column currency are in USD", "the landing zone is in GBP", "orders/1.csv row 198")


@pytest.mark.parametrize("name", ["1.csv", "1.jsonl", "1.parquet"])
def test_empty_file(shop: Shop, name: str):
    shop.mapping().write(f"orders/{name}", b"")
    refused(shop, f"orders/{name}", "empty (0 bytes)")


def test_file_without_rows_in_the_only_feed(shop: Shop):
    shop.mapping().write("orders/1.csv", "order_id,user_id,ordered_at,amount\n")
    refused(shop, "orders: the feed is empty", "orders/1.csv", "0 row(s)")


def test_truncated_parquet(shop: Shop):
    file = shop.mapping().parquet("orders/1.parquet", "select 'o1' as order_id, 'u1' as user_id, 1 as amount")
    file.write_bytes(file.read_bytes()[:-20])
    refused(shop, "orders/1.parquet", "no whole Parquet file")


def test_truncated_gzip(shop: Shop):
    file = shop.mapping().csv("orders/1.csv.gz", GOOD)
    file.write_bytes(file.read_bytes()[:-200])
    refused(shop, "orders/1.csv.gz")


def test_csv_in_the_wrong_encoding(shop: Shop):
    text = (
        "order_id,user_id,ordered_at,amount,channel\n1,u1,2026-01-05,10,\u5fae\u4fe1\n2,u2,2026-01-05,5,\u5fae\u4fe1\n"
    )
    shop.mapping().write("orders/1.csv", text.encode("gb18030"))
    refused(shop, "orders/1.csv", "not UTF-8 text", "feeds.orders.encoding, for example gb18030")


def test_a_feed_of_only_bad_rows(shop: Shop):
    shop.mapping().csv("orders/1.csv", [order | {"amount": "much"} for order in GOOD[:5]])
    refused(shop, "orders: the feed is empty", "5 row(s), 5 of them quarantined")


def test_a_mapping_with_a_typo_in_a_column(shop: Shop):
    shop.mapping(MAPPING | {"feeds": {"orders": {"columns": {"amount": "Totl"}}}})
    shop.csv("orders/1.csv", [{**order, "Total": "1"} for order in GOOD])
    refused(shop, "feeds.orders.columns.amount", "`Totl`", "did you mean `Total`?")


def test_a_mapping_with_a_typo_in_a_key(shop: Shop):
    shop.mapping(MAPPING | {"feeds": {"orders": {"columns": {"amuont": "amount"}}}}).csv("orders/1.csv", GOOD)
    refused(shop, "`amuont` under feeds.orders.columns is unknown", "did you mean `amount`?")


def test_a_mapping_expression_that_tries_to_read_a_file(shop: Shop):
    reads = {"sql": "(select content from read_text('/etc/hostname'))"}
    shop.mapping(MAPPING | {"feeds": {"orders": {"columns": {"channel": reads}}}}).csv("orders/1.csv", GOOD)
    refused(shop, "feeds.orders.columns.channel uses a subquery, which a mapping expression may not", "no files")


def test_both_order_feeds(shop: Shop):
    shop.mapping().csv("orders/1.csv", GOOD)
    shop.csv("order_lines/1.csv", [order | {"line_amount": "1"} for order in GOOD])
    refused(shop, "both orders and order_lines")


def test_no_feed_at_all(shop: Shop):
    refused(shop.mapping(), "no orders, no order_lines and no users")


def test_no_landing_zone(shop: Shop):
    refused(shop, str(shop.landing), "is no folder")


def test_a_column_twice(shop: Shop):
    shop.mapping().write("orders/1.csv", "order_id,user_id,ordered_at,amount,Amount\n1,u,2026-01-05,1,2\n")
    refused(shop, "orders/1.csv", "the header names the column `Amount` twice")


def test_orders_that_have_not_arrived(shop: Shop):
    shop.mapping().csv("orders/1.csv", [order | {"ordered_at": "2026-01-01"} for order in GOOD])
    refused(shop, "the newest order is of 2026-01-01, 4 day(s) before as_of_date 2026-01-05", "--allow-stale")


def test_wrong_usage_is_status_2(shop: Shop):
    assert muster(shop, "run", "--as-of", "2026-02-30").returncode == 2
    assert muster(shop, "run").returncode == 2
    assert muster(shop, "fly").returncode == 2
