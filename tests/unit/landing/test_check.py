"""`muster check` explains a landing zone, and what it proposes is a mapping with which the zone can be read."""

import yaml
from muster.landing.check import check
from muster.landing.mapping import parse_mapping
from muster.settings import SAMPLE_LANDING, Settings
from support.shops import MAPPING, Shop


def said_of(shop: Shop) -> tuple[bool, str]:
    lines: list[str] = []
    ready = check(shop.settings, lines.append)
    return ready, "\n".join(lines)


def proposed(said: str) -> str:
    """The mapping.yml that was printed: the indented lines after its announcement."""
    lines = said.partition("a mapping.yml to begin with")[2].splitlines()[2:]
    return "\n".join(line[2:] for line in lines if line.startswith("  "))


def test_the_sample_is_ready(tmp_path):
    lines: list[str] = []
    assert check(Settings(home=tmp_path, landing=SAMPLE_LANDING), lines.append)
    said = "\n".join(lines)
    assert "541,909 row(s), all usable" in said
    assert "dated 2010-12-01 to 2011-12-09" in said
    assert "user_id             75% filled" in said
    assert "ready: muster run --as-of 2011-12-09" in said
    assert list(tmp_path.iterdir()) == []  # nothing is written


def test_a_stray_export_gets_a_mapping_with_which_it_can_be_read(shop: Shop):
    shop.write(
        "sales.csv",
        "Invoice No,Customer ID,Order Date,Qty,Price,State\n"
        "1,7,13/05/2024 10:00,1,2.5,paid\n2,,14/05/2024 11:00,3,1.0,returned\n",
    )
    ready, said = said_of(shop)
    assert not ready
    mapping = parse_mapping(yaml.safe_load(proposed(said)))
    columns = mapping.feed("order_lines").columns
    assert mapping.feed("order_lines").files == "sales.csv"
    assert columns["ordered_at"].text == """strptime("Order Date", '%d/%m/%Y %H:%M')"""
    assert "when 'returned' then 'refund'" in columns["status"].text
    assert "what do its values mean?" in said
    (shop.landing / "mapping.yml").write_text(proposed(said))
    ready, said = said_of(shop)
    assert ready, said
    assert "2 row(s), all usable" in said
    assert "ready: muster run --as-of 2024-05-14" in said


def test_a_chinese_export_is_understood(shop: Shop):
    shop.write("orders/1.csv", "订单编号,会员编号,下单时间,实付金额\n1,7,2024-05-13 10:00,2.5\n")
    ready, said = said_of(shop)
    assert not ready
    columns = parse_mapping(yaml.safe_load(proposed(said))).feed("orders").columns
    assert {name: source.text for name, source in columns.items()} == {
        "order_id": "订单编号", "user_id": "会员编号", "ordered_at": "下单时间", "amount": "实付金额",
    }  # fmt: skip


def test_what_is_wrong_is_counted_and_settings_are_kept(shop: Shop):
    feeds = {"orders": {"delimiter": ";", "columns": {"amount": "total"}}}
    shop.mapping(MAPPING | {"phone_region": "GB", "feeds": feeds})
    shop.write("orders/1.csv", "order_id;user_id;ordered_at;total\n1;u;yesterday;5\n2;u;2024-05-13;5\n")
    ready, said = said_of(shop)
    assert ready
    assert "orders/1.csv: 1 row(s) unparseable_value, column ordered_at" in said
    assert "2 row(s), 1 of them cannot be used" in said
    shop.write("orders/1.csv", "order_id;user_id;total\n1;u;5\n")
    ready, said = said_of(shop)
    assert not ready
    assert "1 required column(s) of orders missing: ordered_at" in said
    mapping = parse_mapping(yaml.safe_load(proposed(said)))
    assert (mapping.currency, mapping.phone_region, mapping.feed("orders").delimiter) == ("GBP", "GB", ";")
