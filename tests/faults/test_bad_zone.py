"""Landing zones, mappings and policies that cannot be meant, through the real command, as somebody would meet them."""

import gzip
import shutil
from datetime import date
from pathlib import Path

import pytest
from muster import nightly
from muster.errors import MusterError
from muster.settings import DBT_PROJECT, Settings
from refusals import AS_OF, muster, publish_before, refused, rows, staged, text
from support.shops import Shop


@pytest.fixture
def delivery(shop: Shop) -> Shop:
    """A landing zone with a mapping, and a home that has published before."""
    publish_before(shop)
    return shop.mapping()


def test_a_second_currency(delivery: Shop) -> None:
    delivery.csv("orders/a.csv", [row | {"currency": "USD" if n == 2 else "GBP"} for n, row in enumerate(rows(5))])
    said = refused(delivery)
    assert "1 row(s) in column currency are in USD, the landing zone is in GBP: orders/a.csv row 3" in said
    assert "MUSTER_HOME of its own" in said


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("busines_timezone: UTC", "`busines_timezone` is unknown; did you mean `business_timezone`?"),
        ("feeds: {order: {}}", "`order` under feeds is unknown; did you mean `orders`?"),
        ("feeds: {orders: {columns: {user: uid}}}", "`user` under feeds.orders.columns is unknown; did you mean"),
        ("feeds: {orders: {columns: {user_id: UserID}}}", "`UserID`, which no file of the feed has; did you mean"),
        ("feeds:\n\torders: {}", "mapping.yml is not readable YAML at line 2"),
    ],
)  # fmt: skip
def test_a_slip_in_the_mapping(delivery: Shop, mapping: str, said: str) -> None:
    delivery.csv("orders/a.csv", rows())
    (delivery.landing / "mapping.yml").write_text(mapping)
    assert said in refused(delivery)


@pytest.mark.parametrize(
    ("sql", "what"),
    [("read_text('{file}')", "read_text()"), ("(select content from read_text('{file}'))", "a subquery")],
)
def test_an_expression_that_tries_to_read_a_file(delivery: Shop, tmp_path: Path, sql: str, what: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not tell")
    delivery.csv("orders/a.csv", rows())
    delivery.mapping({"feeds": {"orders": {"columns": {"coupon": {"sql": sql.format(file=secret)}}}}})
    said = refused(delivery)
    assert f"feeds.orders.columns.coupon uses {what}, which a mapping expression may not" in said
    assert "do not tell" not in said


def test_both_orders_and_order_lines(delivery: Shop) -> None:
    delivery.csv("orders/a.csv", rows())
    delivery.csv("order_lines/a.csv", [{"order_id": "o1", "user_id": "u", "ordered_at": AS_OF, "line_amount": "1"}])
    assert "holds both orders and order_lines: every amount would count twice" in refused(delivery)


def test_no_feeds_at_all(delivery: Shop) -> None:
    delivery.write("order/a.csv", text())
    said = refused(delivery)
    assert "the landing zone holds no orders, no order_lines and no users" in said
    assert "found elsewhere: order/a.csv" in said
    assert "orders/ or order_lines/" in said


def test_the_landing_folder_is_missing(delivery: Shop) -> None:
    shutil.rmtree(delivery.landing)
    said = refused(delivery)
    assert f"the landing zone {delivery.landing} is no folder" in said
    assert "--landing or MUSTER_LANDING" in said


def test_data_in_a_form_that_is_not_read(delivery: Shop) -> None:
    delivery.csv("orders/a.csv", rows())
    delivery.write("orders/b.tsv", "x")
    assert "orders/b.tsv: files of this kind are not read in the feed orders" in refused(delivery)


def test_a_policy_number_out_of_bounds(delivery: Shop, tmp_path: Path) -> None:
    """Read before anything else: `muster run` in a copy of the project whose policy was edited."""
    shutil.copytree(DBT_PROJECT / "seeds", tmp_path / "project" / "seeds")
    file = tmp_path / "project" / "seeds" / "policy" / "parameters.csv"
    file.write_text(file.read_text().replace("max_quarantine_share,5,", "max_quarantine_share,500,"))
    delivery.csv("orders/a.csv", rows())
    settings = Settings(delivery.home, delivery.landing, dbt_project=tmp_path / "project")
    with pytest.raises(MusterError, match="max_quarantine_share is 500, outside 0 to 100"):
        nightly.run(nightly.Night(settings, date.fromisoformat(AS_OF), nightly.new_run()))
    assert not delivery.settings.lake.exists()


def test_a_landing_zone_that_is_four_days_old(delivery: Shop) -> None:
    delivery.csv("orders/a.csv", rows())
    said = refused(delivery, as_of="2024-02-04")
    assert f"the newest order is of {AS_OF}, 4 day(s) before as_of_date 2024-02-04" in said
    assert "--allow-stale" in said


@pytest.mark.parametrize(
    ("newest", "reason", "warning"),
    [
        ("2024-01-31", None, None),
        ("2024-01-30", None, "the newest order is of 2024-01-30, 1 day(s) before as_of_date 2024-01-31"),
        ("2024-01-28", None, "the newest order is of 2024-01-28, 3 day(s) before as_of_date 2024-01-31"),
        ("2024-01-27", "holidays", "the newest order is of 2024-01-27, 4 day(s) before as_of_date 2024-01-31; "
                                   "allowed because: holidays"),
        ("2024-02-01", None, "no order on or before as_of_date"),
    ],
)  # fmt: skip
def test_from_one_day_on_it_warns(delivery: Shop, newest: str, reason: str | None, warning: str | None) -> None:
    delivery.csv("orders/a.csv", [row | {"ordered_at": f"{newest} 23:59:59"} for row in rows()])
    assert staged(delivery, reason).warnings == ([warning] if warning else [])


def test_the_run_after_a_refused_one_takes_the_corrected_file(delivery: Shop) -> None:
    delivery.write("orders/a.csv.gz", b"")
    (delivery.landing / "orders/a.csv.gz").write_bytes(gzip.compress(text().encode())[:-30])
    assert "no whole gzip file" in refused(delivery)
    delivery.write("orders/a.csv.gz", text())
    assert [file["rows"] for file in staged(delivery).inputs] == [120]
    leftovers = [path for path in delivery.settings.releases.iterdir() if path.name.startswith(".")]
    assert len(leftovers) == 1, "the refused night's candidate is gone, the new one's is there"


def test_wrong_usage_is_status_2(delivery: Shop) -> None:
    for arguments in (["run", "--as-of", "2024-02-30"], ["run"], ["fly"], ["run", "--as-of", AS_OF, "--landin", "x"]):
        done = muster(delivery, *arguments)
        assert done.returncode == 2, arguments
        assert "Traceback" not in done.stderr
