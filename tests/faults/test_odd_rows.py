"""Rows that are odd, not fatal: each is used as the contract says or quarantined with its reason, in one night."""

import pytest
from support.shops import Shop

DAY = "2026-01-05"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("odd")
    shop = Shop(folder / "landing", folder / "home").mapping()
    header = "order_id,user_id,ordered_at,amount,status,refund_of_order_id,updated_at\n"
    shop.write(
        "orders/1.csv",
        header
        + f"""007,u1,{DAY},10,,,
twice,u1,{DAY},1,completed,,{DAY} 10:00
twice,u1,{DAY},2,completed,,{DAY} 12:00
twice,u1,{DAY},3,completed,,{DAY} 11:00
shared,u1,{DAY},50,completed,,
shared,u2,{DAY},50,completed,,
,u1,{DAY},99,completed,,
nobody,,{DAY},20,completed,,
odd,u1,{DAY},1,teleported,,
gone,u1,{DAY},5,cancelled,,
back,u1,{DAY},5,refund,gone,
other,u2,{DAY},4,refund,007,
credit,u2,{DAY},3,refund,unknown,
short,u1
long,u1,{DAY},1,completed,,,one,more
""",
    )
    lines = ['{"order_id": "j1", "user_id": "u3", "ordered_at": "2026-01-05T23:30:00-05:00", "amount": 7}']
    lines += ['{"order_id": "j2", "user_id": "u3", "ordered_at": "2026-01-04T23:30:00-05:00", "amount": 8}']
    lines += ["{not json", "[1, 2]"]
    shop.write("orders/2.jsonl", "\n".join(lines) + "\n")
    shop.night(DAY)
    return shop


def test_every_row_is_used_or_has_its_reason(odd: Shop):
    found = odd.rows("select file, reason_code, column_name, count(*) from marts.quarantine group by all order by all")
    assert found == [
        ("orders/1.csv", "missing_value", "order_id", 1),
        ("orders/1.csv", "order_of_two_users", "user_id", 1),
        ("orders/1.csv", "refund_of_other_user", "refund_of_order_id", 1),
        ("orders/1.csv", "refund_of_uncounted_order", "refund_of_order_id", 1),
        ("orders/1.csv", "unknown_status", "status", 1),
        ("orders/1.csv", "unreadable_row", None, 2),
        ("orders/2.jsonl", "unreadable_row", None, 2),
    ]


def test_what_counts(odd: Shop):
    """u1: 10 (007) + 2 (the greatest updated_at of `twice`). u2: a credit of 3. u3: j1 at 04:30 on the 6th in
    London is later than as_of_date, j2 at 04:30 on the 5th is not: 8. The anonymous 20 is nobody's."""
    assert odd.rows("select user_id, lifetime_monetary, segment = 'prospect' from marts.customers order by 1") == [
        ("u1", 12, False), ("u2", -3, True), ("u3", 8, False),
    ]  # fmt: skip


def test_the_bad_rows_own_text_is_private(odd: Shop):
    kept = odd.home / "private" / "quarantine"
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}
    assert (odd.home / "private").stat().st_mode & 0o777 == 0o700
    texts = odd.rows(f"select text from read_parquet('{kept}/*.parquet')")
    assert any("teleported" in text for (text,) in texts)
    assert any("short,u1" in text for (text,) in texts)
    assert len(texts) == 6  # the order rules' rows lie whole in the lake
