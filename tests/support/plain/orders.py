"""From landing rows to day nets: which version of an order counts, on which day, for how much."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
COUNTED = ("completed", "refund")
DayNets = dict[str, dict[date, Decimal]]


@dataclass(frozen=True)
class OrderRow:
    """A landing row of either order feed. day: its business date; amount: the order's or the line's."""

    file: str
    order_id: str
    user_id: str | None
    day: date
    amount: Decimal
    status: str = "completed"
    refund_of: str | None = None
    updated: date | None = None


@dataclass(frozen=True)
class Order:
    """What the newest file says about an order. bought and given_back: cents, counted rows only; 0 where none is."""

    users: frozenset[str]
    day: date
    is_counted: bool
    bought: Decimal
    given_back: Decimal
    refunds: frozenset[str]

    @property
    def user(self) -> str | None:
        """Whose it is: None is anonymous. An order of two users has none."""
        return next(iter(self.users)) if len(self.users) == 1 else None


def read_orders(rows: list[OrderRow], as_of: date, of_lines: bool) -> dict[str, Order]:
    """order_id -> the order as its newest file has it, of the rows dated on or before as_of.

    of_lines: the rows are lines, and all those of the newest file belong to the order; else they are versions of it,
    and within a file the greatest `updated` wins.
    """
    versions: dict[str, list[OrderRow]] = defaultdict(list)
    for row in rows:
        if row.day <= as_of:
            versions[row.order_id].append(row)
    orders = {}
    for order_id, landed in versions.items():
        newest = max(row.file.encode() for row in landed)
        newest_rows = [row for row in landed if row.file.encode() == newest]
        orders[order_id] = _order(newest_rows if of_lines else [max(newest_rows, key=_last_updated)])
    return orders


def _last_updated(row: OrderRow) -> date:
    return row.updated or date.min


def _order(rows: list[OrderRow]) -> Order:
    completed = sum((row.amount for row in rows if row.status == "completed"), Decimal(0))
    refunded = abs(sum((row.amount for row in rows if row.status == "refund"), Decimal(0)))
    bought = _cents(completed)
    return Order(
        users=frozenset(row.user_id for row in rows if row.user_id is not None),
        day=min(row.day for row in rows),
        is_counted=any(row.status in COUNTED for row in rows),
        bought=bought,
        given_back=bought - _cents(completed - refunded),
        refunds=frozenset(row.refund_of for row in rows if row.status == "refund" and row.refund_of is not None),
    )


def _cents(amount: Decimal) -> Decimal:
    """Half a cent is rounded away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def quarantined(orders: dict[str, Order]) -> set[str]:
    """The orders that break a rule and count nowhere; what refunds one of them names an uncounted order, and so on."""
    faulty = {order_id for order_id, order in orders.items() if len(order.users) > 1 or len(order.refunds) > 1}
    while True:
        more = {order_id for order_id, order in orders.items() if _names_a_wrong_order(order, orders, faulty)} - faulty
        if not more:
            return faulty
        faulty |= more


def _names_a_wrong_order(refund: Order, orders: dict[str, Order], faulty: set[str]) -> bool:
    for name in refund.refunds:
        target = orders.get(name)
        if target is None:
            continue
        if not target.is_counted or name in faulty:
            return True
        if refund.user is not None and target.user is not None and refund.user != target.user:
            return True
    return False


def day_nets(orders: dict[str, Order]) -> DayNets:
    """user -> business day -> net of counted amounts, refunds on the day of the order that they name, if known."""
    faulty = quarantined(orders)
    nets: DayNets = defaultdict(lambda: defaultdict(Decimal))
    for order_id, order in orders.items():
        if order.user is None or not order.is_counted or order_id in faulty:
            continue
        refund_days = [orders[name].day for name in order.refunds if name in orders]
        nets[order.user][order.day] += order.bought
        nets[order.user][refund_days[0] if refund_days else order.day] -= order.given_back
    return nets


def purchases(nets: DayNets) -> dict[str, list[date]]:
    """user -> the days with a net above zero, in order; only users with such a day."""
    days = {user: sorted(day for day, net in of_user.items() if net > 0) for user, of_user in nets.items()}
    return {user: bought for user, bought in days.items() if bought}


def first_orders(orders: dict[str, Order]) -> dict[str, date]:
    """user -> the day of the first order, whatever its status; an order of two users is nobody's."""
    first: dict[str, date] = {}
    for order in orders.values():
        if order.user is not None:
            first[order.user] = min(order.day, first.get(order.user, order.day))
    return first
