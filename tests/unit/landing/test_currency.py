"""One currency per landing zone: the second one is named with its rows."""

from landing.zone import Zone, order


def test_the_mapping_says_it(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1), order(2, currency="gbp"), order(3, currency=" GBP ")])
    assert zone.commit().state.currency == "GBP"
    assert zone.state().currency == "GBP"


def test_the_column_says_it_where_the_mapping_does_not(zone: Zone) -> None:
    zone.mapping({})
    zone.csv("orders/a.csv", [order(1, currency="EUR"), order(2, currency="")])
    assert zone.commit().state.currency == "EUR"


def test_nobody_says_it(zone: Zone) -> None:
    zone.mapping({})
    zone.csv("orders/a.csv", [order(1)])
    assert zone.take().state.currency is None


def test_a_second_one_in_the_column(zone: Zone) -> None:
    zone.mapping({})
    rows = [order(n, currency="USD" if n in (3, 5) else "EUR") for n in range(1, 8)]
    zone.csv("orders/a.csv", rows)
    zone.csv("orders/b.csv", [order(10 + n, currency="USD") for n in range(1, 2)])
    said = zone.refused()
    assert "orders: 3 row(s) in column currency are in USD, the landing zone is in EUR" in said
    assert "orders/a.csv row 3, orders/a.csv row 5, orders/b.csv row 1" in said
    assert "..." not in said


def test_the_column_against_the_mapping_names_the_first_rows(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(n, currency="USD") for n in range(1, 9)])
    said = zone.refused()
    assert "8 row(s) in column currency are in USD, the landing zone is in GBP" in said
    assert "orders/a.csv row 1" in said
    assert "orders/a.csv row 5 ..." in said


def test_a_later_nights_column_against_the_lake(zone: Zone) -> None:
    zone.mapping({})
    zone.csv("orders/a.csv", [order(1, currency="EUR")])
    zone.commit()
    zone.csv("orders/b.csv", [order(2, currency="CHF")])
    said = zone.refused()
    assert "are in CHF, the landing zone is in EUR: orders/b.csv row 1" in said


def test_a_mapping_against_the_lake(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    zone.commit()
    zone.mapping({"business_timezone": "Europe/London", "currency": "EUR"})
    said = zone.refused()
    assert "mapping.yml says currency EUR, but what has been taken in is in GBP" in said


def test_a_quarantined_rows_currency_does_not_matter(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1, currency="GBP"), order(2, currency="USD", amount="x")])
    assert zone.take().state.currency == "GBP"
