"""A backfill of past nights, in order, gives what running them then gave."""

from pathlib import Path

from support.compare import assert_equal_marts
from support.shops import Shop


def test_past_nights_in_order_give_the_history_of_the_nights_as_they_were(shop: Shop, tmp_path: Path):
    """Four nights over a month's end: one home runs each as its file arrives, the other all of them afterwards."""
    nights = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"]
    shop.mapping()
    shop.csv("users/0.csv", [_user("lead", "2024-01-01"), _user("gone", "2023-01-01")])
    shop.csv("orders/0.csv", [_order("g", "gone", "2023-09-01", "9"), _order("e", "early", "2024-01-01", "5")])
    for number, day in enumerate(nights):
        buyers = [f"u{n}" for n in range(number + 1)] + ["gone"] * (number == 2)
        shop.csv(f"orders/{day}.csv", [_order(f"{user}-{day}", user, day, "10") for user in buyers])
        shop.night(day)
    later = Shop(shop.landing, tmp_path / "later")
    for day in nights:
        later.night(day)
    assert_equal_marts(shop.settings.current / "muster.duckdb", later.settings.current / "muster.duckdb")
    history = shop.rows(
        """select valid_from::varchar, valid_to::varchar, stage from marts.segment_history
           where user_id = 'gone' order by valid_from"""
    )
    assert history == [("2024-01-30", "2024-02-01", "churned"), ("2024-02-01", None, "reactivated")]
    assert shop.rows(
        "select stage_since::varchar, previous_stage from marts.customer_lifecycle where user_id = 'lead'"
    ) == [("2024-02-01", "lead")]


def _order(order_id: str, user_id: str, day: str, amount: str) -> dict:
    return {"order_id": order_id, "user_id": user_id, "ordered_at": day, "amount": amount}


def _user(user_id: str, registered: str) -> dict:
    return {"user_id": user_id, "registered_at": registered}
