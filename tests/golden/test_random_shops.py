"""Random shops, full of ties, refunds, corrections and same-day orders: every user as a plain reading has it."""

import random
from dataclasses import astuple
from datetime import date, timedelta
from decimal import Decimal

import pytest
from support.plain.orders import OrderRow
from support.plain.rfm import rfm
from support.plain.shop import Landing, read
from support.shops import Shop

AS_OF = date(2024, 3, 1)  # a leap day lies one day back
USERS = 160


def random_rows(seed: int) -> list[OrderRow]:
    """Three files whose later ones correct earlier orders; amounts and days from small sets, so that they tie."""
    chance = random.Random(seed)
    rows, ids = [], []
    for file in ("orders/9.csv", "orders/A.csv", "orders/a.csv"):  # in the order of their bytes
        present = set()
        for _ in range(500):
            corrects = ids and chance.random() < 0.1
            order_id = chance.choice(ids) if corrects else f"o{len(ids):05d}"
            if order_id in present:
                continue
            present.add(order_id)
            if not corrects:
                ids.append(order_id)
            refund_of = chance.choice([*ids, "unknown"]) if chance.random() < 0.7 else None
            status = chance.choices(("completed", "refund", "cancelled", "pending"), (80, 12, 4, 4))[0]
            rows.append(
                OrderRow(
                    file=file,
                    order_id=order_id,
                    user_id=None if chance.random() < 0.05 else f"u{int(USERS * chance.random() ** 2):03d}",
                    day=AS_OF - timedelta(days=chance.choice((0, 1, 30, 364, 365, 366, chance.randrange(900), -5))),
                    amount=Decimal(chance.choice((0, 5, 10, 10, 20, "19.995", "-3.005", "0.005"))),
                    status=status,
                    refund_of=refund_of if status == "refund" else None,
                )
            )
    return rows


def write(shop: Shop, rows: list[OrderRow], as_lines: bool) -> None:
    shop.mapping()
    for file in sorted({row.file for row in rows}):
        records = [
            {
                "order_id": row.order_id, "user_id": row.user_id or "", "ordered_at": f"{row.day} 12:00:00",
                ("line_amount" if as_lines else "amount"): str(row.amount), "status": row.status,
                "refund_of_order_id": row.refund_of or "",
            }
            for row in rows if row.file == file
        ]  # fmt: skip
        shop.csv(file.replace("orders/", "order_lines/") if as_lines else file, records)


@pytest.mark.parametrize(("seed", "as_lines"), [(1, False), (2, True)])
def test_every_user_as_a_plain_reading_has_it(shop: Shop, seed: int, as_lines: bool):
    rows = random_rows(seed)
    write(shop, rows, as_lines)
    shop.night(str(AS_OF))
    found = {
        user: tuple(values)
        for user, *values in shop.rows(
            """select user_id, first_purchase_date, last_purchase_date, recency_days, frequency, monetary,
               lifetime_purchases, lifetime_monetary, r_score, f_score, m_score, rfm_code, segment, value_tier
               from marts.customer_rfm"""
        )
    }
    known = read(Landing((), tuple(rows), as_lines), AS_OF)
    expected = {user: astuple(values) for user, values in rfm(known).items()}
    assert len(expected) > USERS / 2
    assert len({values[11] for values in expected.values()}) >= 6
    assert found == expected
