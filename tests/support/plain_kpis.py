"""The KPI marts read by somebody who knows no SQL: slow, plain, independent of the models."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Order:
    """One order that counts. amount: whole and positive; a refund gives it back."""

    order_id: str
    user_id: str | None
    day: date
    time: str
    channel: str | None
    amount: int
    status: str = "completed"
    refund_of: str | None = None


@dataclass(frozen=True)
class User:
    """One row of the users feed."""

    user_id: str
    channel: str | None = None
    referrer: str | None = None
    is_staff: bool = False
    is_deleted: bool = False


def _channel(order: Order, orders: dict[str, Order], users: dict[str, User]) -> str:
    sale = orders.get(order.refund_of or "", order)
    own = users.get(order.user_id or "")
    return sale.channel or (own.channel if own else None) or "unknown"


def _net_day(order: Order, orders: dict[str, Order]) -> date:
    return orders.get(order.refund_of or "", order).day


def _signed(order: Order) -> int:
    return order.amount if order.status == "completed" else -order.amount


def day_nets(orders: Iterable[Order]) -> dict[str, dict[date, int]]:
    """user -> business day -> net."""
    known = {order.order_id: order for order in orders}
    nets: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for order in known.values():
        if order.user_id:
            nets[order.user_id][_net_day(order, known)] += _signed(order)
    return nets


def kpi_daily(orders: list[Order], users: dict[str, User]) -> dict[tuple[date, str], list[int]]:
    """(day, channel) -> net, anonymous net, orders, buyers, new buyers, refunds, anonymous orders."""
    known = {order.order_id: order for order in orders}
    staff = {user.user_id for user in users.values() if user.is_staff}
    found: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0] * 7)
    for order in orders:
        if order.user_id in staff:
            continue
        cell, bought = found[_net_day(order, known), _channel(order, known, users)], order.status == "completed"
        anonymous = order.user_id is None
        cell[0] += _signed(order)
        cell[1] += _signed(order) * anonymous
        cell[2] += bought
        cell[5] += order.amount * (not bought)
        cell[6] += bought and anonymous
    for user, nets in day_nets(orders).items():
        purchases = sorted(day for day, net in nets.items() if net > 0)
        for day in purchases if user not in staff else []:
            bought = [o for o in orders if (o.user_id, o.day, o.status) == (user, day, "completed")]
            first = min(bought, key=lambda o: (o.time, o.order_id.encode()))
            cell = found[day, _channel(first, known, users)]
            cell[3] += 1
            cell[4] += day == purchases[0]
    return dict(found)


def cohorts(orders: list[Order], customers: set[str], as_of: date) -> dict[tuple[date, date], list[int]]:
    """(cohort, month) -> buyers of the cohort, retained ones, net revenue."""
    found: dict[tuple[date, date], list[int]] = {}
    histories = {user: nets for user, nets in day_nets(orders).items() if user in customers and max(nets.values()) > 0}
    firsts = {user: min(d for d, net in nets.items() if net > 0).replace(day=1) for user, nets in histories.items()}
    for cohort in set(firsts.values()):
        month, size = cohort, list(firsts.values()).count(cohort)
        while month <= as_of:
            found[cohort, month] = [size, 0, 0]
            month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    for user, nets in histories.items():
        cohort = firsts[user]
        for month in {day.replace(day=1) for day, net in nets.items() if net > 0}:
            found[cohort, month][1] += 1
        for day, net in nets.items():
            found[cohort, max(cohort, day.replace(day=1))][2] += net
    return found


def funnel(
    orders: list[Order], users: dict[str, User], customers: set[str], active_days: dict[str, set[date]]
) -> dict[tuple[str, str], int]:
    """(channel, step) -> users. active_days: of events and answers that count; orders are added here."""
    days = defaultdict(set, {user: set(found) for user, found in active_days.items()})
    for order in orders:
        days[order.user_id or ""].add(order.day)
    buyers = {user for user, nets in day_nets(orders).items() if max(nets.values()) > 0}
    brought = {(u.referrer, u.user_id) for u in users.values() if u.user_id in customers}
    referrers = {referrer for referrer, user in brought if referrer != user}
    found: dict[tuple[str, str], int] = defaultdict(int)
    for user in customers:
        channel = (users[user].channel if user in users else None) or "unknown"
        reached = {
            "acquired": True, "activated": bool(days[user]), "retained": len(days[user]) > 1,
            "revenue": user in buyers, "referred": user in referrers,
        }  # fmt: skip
        for step, is_reached in reached.items():
            found[channel, step] += is_reached
    return dict(found)
