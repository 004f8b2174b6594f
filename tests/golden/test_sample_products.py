"""Products and buying habits of the shipped sample, against a plain reading of its rows that knows no SQL model."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from muster.settings import SAMPLE_LANDING
from support.shops import Shop

AS_OF, OBSERVED = date(2011, 12, 9), timedelta(days=90)
MIN_BUYERS, CENT = 20, Decimal("0.01")
RULES = {
    "is_traffic_driver": [("first_purchases", 95, True)],
    "is_hit": [("units", 90, True), ("buyers", 90, True)],
    "is_repeat_driver": [("comeback", 90, True)],
    "is_high_price": [("price", 90, True)],
    "is_one_time": [("comeback", 10, False)],
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass
class Product:
    """What the rows say of one sku; price and comeback are None where they cannot be known."""

    units: int = 0
    revenue: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    paid_units: int = 0
    orders: set[str] = field(default_factory=set)
    names: Counter = field(default_factory=Counter)
    days: dict[str, date] = field(default_factory=dict)  # buyer -> first purchase day with it
    first_purchases: int = 0
    observed: int = 0
    came_back: int = 0

    @property
    def buyers(self) -> int:
        return len(self.days)

    @property
    def price(self) -> Decimal | None:
        # the model rounds the sum of what was paid to cents, then the price
        paid = self.paid.quantize(CENT, ROUND_HALF_UP)
        return (paid / self.paid_units).quantize(CENT, ROUND_HALF_UP) if self.paid_units else None

    @property
    def comeback(self) -> Decimal | None:
        return Decimal(self.came_back) / self.observed if self.observed else None

    def figure(self, name: str) -> Decimal | int | None:
        """A figure that rests on enough people, else None."""
        people = self.observed if name == "comeback" else self.buyers
        return getattr(self, name) if people >= MIN_BUYERS <= self.buyers else None


@dataclass
class Reading:
    """Everything read from the rows: products by sku, orders' times and purchase days by user."""

    products: dict[str, Product]
    times: dict[str, list[datetime]]
    purchases: dict[str, list[date]]


@pytest.fixture(scope="module")
def reading() -> Reading:
    file = SAMPLE_LANDING / "order_lines" / "online_retail.parquet"
    rows = duckdb.sql(
        f"""select InvoiceNo, StockCode, Description, Quantity, InvoiceDate, cast(UnitPrice as decimal(18,4)),
                CustomerID from '{file}' where InvoiceDate < date '{AS_OF + timedelta(days=1)}'"""
    ).fetchall()
    assert len(rows) == 541_909
    sums: dict[str, Decimal] = defaultdict(Decimal)
    started: dict[str, datetime] = {}
    users: dict[str, str] = {}
    products: dict[str, Product] = defaultdict(Product)
    for order, sku, name, quantity, at, price, user in rows:
        # in this shop what is given back is always written with a negative quantity
        value, product, bought = quantity * price, products[sku], not order.startswith("C")
        assert bought or value <= 0
        sums[order] += value
        started[order] = min(at, started.get(order, at))
        if user:
            users[order] = str(user)
        product.units += quantity
        product.revenue += value
        product.names[name] += bool(name)
        if bought:
            product.orders.add(order)
        if bought and quantity > 0 and value > 0:
            product.paid += value
            product.paid_units += quantity
    purchases = _purchases(sums, started, users)
    _count_buyers(products, rows, started, users, purchases)
    times = defaultdict(list)
    for order, user in users.items():
        if not order.startswith("C") and sums[order].quantize(CENT, ROUND_HALF_UP) > 0:
            times[user].append(started[order])
    return Reading(products, times, purchases)


def _purchases(sums: dict[str, Decimal], started: dict[str, datetime], users: dict[str, str]) -> dict[str, list[date]]:
    """user -> ordered days with a net above zero."""
    nets: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for order, user in users.items():
        nets[user, started[order].date()] += sums[order].quantize(CENT, ROUND_HALF_UP)
    purchases = defaultdict(list)
    for user, day in sorted(key for key, net in nets.items() if net > 0):
        purchases[user].append(day)
    return purchases


def _count_buyers(
    products: dict[str, Product],
    rows: list[tuple],
    started: dict[str, datetime],
    users: dict[str, str],
    purchases: dict[str, list[date]],
) -> None:
    days = {user: set(dates) for user, dates in purchases.items()}
    for order, sku, _, quantity, _, price, _ in rows:
        user, day = users.get(order), started[order].date()
        if not order.startswith("C") and quantity * price > 0 and day in days.get(user, ()):
            seen = products[sku].days
            seen[user] = min(day, seen.get(user, day))
    for product in products.values():
        for user, day in product.days.items():
            later = [other for other in purchases[user] if other > day]
            product.first_purchases += day == purchases[user][0]
            if AS_OF - day >= OBSERVED:
                product.observed += 1
                product.came_back += bool(later) and later[0] - day <= OBSERVED


def test_every_product_has_the_figures_that_its_rows_say(sample: Shop, reading: Reading) -> None:
    found = sample.rows(
        """select sku, units, orders, buyers, net_revenue, average_price, first_purchases, observed_buyers, came_back
           from marts.product_roles"""
    )
    assert len(found) == len(reading.products) == 4070
    for sku, *figures in found:
        product = reading.products[sku]
        revenue = product.revenue.quantize(CENT, ROUND_HALF_UP)
        assert figures == [
            product.units, len(product.orders), product.buyers, revenue, product.price,
            product.first_purchases, product.observed, product.came_back,
        ], sku  # fmt: skip


def test_products_are_named_by_most_of_their_lines(sample: Shop, reading: Reading) -> None:
    names = dict(sample.rows("select sku, product_name from marts.product_roles"))
    assert names["22197"] == "POPCORN HOLDER"  # SMALL POPCORN HOLDER on fewer lines
    for sku, product in reading.products.items():
        most = max(product.names.values())
        expected = min((n for n, lines in product.names.items() if lines == most and n), default=None)
        assert names[sku] == expected, sku


def test_roles_are_cut_over_products_with_enough_buyers(sample: Shop, reading: Reading) -> None:
    for flag, rules in RULES.items():
        expected = set(reading.products)
        for figure, percentile, at_least in rules:
            values = {sku: p.figure(figure) for sku, p in reading.products.items()}
            known = sorted(value for value in values.values() if value is not None)
            cut = known[-(-percentile * len(known) // 100) - 1]
            expected &= {
                sku for sku, value in values.items()
                if value is not None and ((value >= cut and value > 0) if at_least else value <= cut)
            }  # fmt: skip
        assert len(expected) > 50, flag
        assert {sku for (sku,) in sample.rows(f"select sku from marts.product_roles where {flag}")} == expected, flag
    # a product's role is the first of its flags, in the order of the policy
    roles = dict(sample.rows("select role, count(*) from marts.product_roles where buyers >= 20 group by role"))
    flags = sample.rows(f"select {', '.join(RULES)} from marts.product_roles where buyers >= 20")
    names = [flag.removeprefix("is_") for flag in RULES]
    assert roles == Counter(next((n for n, held in zip(names, row, strict=True) if held), None) for row in flags)


def test_habits_are_those_of_most_orders(sample: Shop, reading: Reading) -> None:
    for category, slot in (
        ("preferred_hour", lambda at: at.hour),
        ("preferred_weekday", lambda at: at.weekday()),
    ):
        expected = {}
        for user, times in reading.times.items():
            slots = [slot(at) for at in times if category == "preferred_weekday" or at.time() != time(0)]
            if len(slots) >= 2:
                best = min(Counter(slots).items(), key=lambda item: (-item[1], item[0]))[0]
                expected[user] = WEEKDAYS[best] if category == "preferred_weekday" else f"{best:02d}"
        assert len(expected) > 2000
        found = sample.rows(f"select user_id, value from marts.customer_tags where category = '{category}'")
        assert dict(found) == expected


def test_the_ladder_counts_purchases(sample: Shop, reading: Reading) -> None:
    """No community in this shop: one purchase is a sponsor, three are loyal, none is a passer-by."""
    expected = Counter("loyal" if len(days) >= 3 else "sponsor" for days in reading.purchases.values())
    levels = sample.rows(
        "select value, count(*) from marts.customer_tags where category = 'fan_level' group by value order by value"
    )
    assert levels == [("loyal", expected["loyal"]), ("passer_by", 4372 - len(reading.purchases)),
                      ("sponsor", expected["sponsor"])]  # fmt: skip
    assert dict(levels) == {"loyal": 1900, "passer_by": 38, "sponsor": 2434}
