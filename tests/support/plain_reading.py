"""CONTRACT section 2 and 3 read by somebody who knows no SQL: slow, plain, independent of the models."""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
GRID = {
    5: ("recent", "potential_loyalist", "potential_loyalist", "champion", "champion"),
    4: ("promising", "potential_loyalist", "potential_loyalist", "champion", "champion"),
    3: ("about_to_sleep", "need_attention", "need_attention", "loyalist", "loyalist"),
    2: ("hibernating", "hibernating", "fading", "fading", "cannot_lose"),
    1: ("inactive", "hibernating", "fading", "fading", "cannot_lose"),
}


@dataclass(frozen=True)
class Row:
    """One landing row of the orders feed, with the file it lies in."""

    file: str
    order_id: str
    user_id: str | None
    day: date
    amount: Decimal
    status: str
    refund_of: str | None


def winning_orders(rows: list[Row], as_of: date) -> dict[str, Row]:
    """The newest file's row of every order; the generator never repeats an order within a file."""
    newest: dict[str, Row] = {}
    for row in sorted(rows, key=lambda r: r.file.encode()):
        if row.day <= as_of:
            newest[row.order_id] = row
    return newest


def day_nets(rows: list[Row], as_of: date) -> dict[str, dict[date, Decimal]]:
    """user -> business day -> net of counted amounts, linked refunds on the day of their order."""
    orders = winning_orders(rows, as_of)
    nets: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for order in orders.values():
        cents = order.amount.quantize(CENT, ROUND_HALF_UP)
        if order.user_id is None or order.status not in ("completed", "refund"):
            continue
        if order.status == "completed":
            nets[order.user_id][order.day] += cents
            continue
        target = orders.get(order.refund_of) if order.refund_of else None
        if target is None:
            nets[order.user_id][order.day] -= abs(cents)
        elif target.status in ("completed", "refund") and target.user_id in (None, order.user_id):
            nets[order.user_id][target.day] -= abs(cents)
    return nets


def percentile_disc(values: list, percent: int):
    """The smallest value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(Decimal(percent) * len(ordered) / 100) - 1]


def rfm(rows: list[Row], as_of: date) -> dict[str, tuple]:
    """user -> (recency, frequency, monetary, lifetime purchases and monetary, r, f, m, segment, tier)."""
    start = as_of - timedelta(days=365)
    found = {}
    for user, nets in day_nets(rows, as_of).items():
        bought = sorted(day for day, net in nets.items() if net > 0)
        if bought:
            found[user] = {
                "recency": (as_of - bought[-1]).days,
                "frequency": sum(day > start for day in bought),
                "monetary": sum((net for day, net in nets.items() if day > start), Decimal(0)),
                "purchases": len(bought),
                "lifetime": sum(nets.values(), Decimal(0)),
            }
    scored = [x for x in found.values() if x["frequency"] > 0]
    twice = [x["frequency"] for x in scored if x["frequency"] > 1]
    cuts = {
        "recency": [percentile_disc([-x["recency"] for x in scored], p) for p in (20, 40, 60, 80)] if scored else [],
        "frequency": [1] + [percentile_disc(twice, p) for p in (25, 50, 75)] if twice else [1],
        "monetary": [percentile_disc([x["monetary"] for x in scored], p) for p in (20, 40, 60, 80)] if scored else [],
        "lifetime": [percentile_disc([x["lifetime"] for x in found.values()], p) for p in (50, 80, 95)],
    }

    def score(metric: str, value) -> int:
        return 1 + sum(cut < value for cut in cuts[metric])

    answer = {}
    for user, x in found.items():
        active = x["frequency"] > 0
        r = score("recency", -x["recency"]) if active else 0
        f = score("frequency", x["frequency"]) if active else 0
        m = score("monetary", x["monetary"]) if active else 0
        segment = GRID[r][f - 1] if active else "dormant"
        tier = ("base", "middle", "high", "vip")[score("lifetime", x["lifetime"]) - 1]
        answer[user] = (
            x["recency"], x["frequency"], x["monetary"], x["purchases"], x["lifetime"], r, f, m, segment, tier,
        )  # fmt: skip
    return answer
