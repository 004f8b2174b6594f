"""A landing zone of users and orders, and what it says on a day: who exists, who bought when, for how much."""

from dataclasses import dataclass
from datetime import date

from support.plain.orders import DayNets, OrderRow, day_nets, first_orders, purchases, read_orders


@dataclass(frozen=True)
class UserRow:
    """A landing row of the users feed; dates are business dates."""

    file: str
    user_id: str
    registered: date | None = None
    channel: str | None = None
    is_staff: bool = False
    deleted: date | None = None
    updated: date | None = None


@dataclass(frozen=True)
class Landing:
    """All rows that have landed, whatever their dates. of_lines: the orders came as order_lines."""

    users: tuple[UserRow, ...]
    orders: tuple[OrderRow, ...]
    of_lines: bool = False


@dataclass(frozen=True)
class Customer:
    """Somebody of the statistics: no staff, not deleted."""

    is_stub: bool
    registered: date | None
    first_seen: date | None
    channel: str | None


@dataclass(frozen=True)
class Known:
    """What is known on a day. nets and bought hold customers only."""

    as_of: date
    customers: dict[str, Customer]
    nets: DayNets
    bought: dict[str, list[date]]


def read(landing: Landing, as_of: date) -> Known:
    """The landing zone as of a day: every row dated later is as if it were not there."""
    orders = read_orders(list(landing.orders), as_of, landing.of_lines)
    rows, first = newest_users(landing.users, as_of), first_orders(orders)
    later = {row.user_id for row in landing.orders if row.day > as_of}
    customers = {}
    for user_id in rows.keys() | first.keys():
        row, first_order = rows.get(user_id, UserRow("", user_id)), first.get(user_id)
        seen = [day for day in (row.registered, first_order) if day is not None]
        not_yet_seen = not seen and user_id in later
        gone = row.deleted is not None and row.deleted <= as_of
        if not (row.is_staff or gone or not_yet_seen):
            customers[user_id] = Customer(user_id not in rows, row.registered, min(seen) if seen else None, row.channel)
    nets = {user: of_user for user, of_user in day_nets(orders).items() if user in customers}
    return Known(as_of, customers, nets, purchases(nets))


def newest_users(rows: tuple[UserRow, ...], as_of: date) -> dict[str, UserRow]:
    """user_id -> the row that counts: the newest file's, within it the last updated.

    A row registered later does not exist yet; one updated later counts only where there is no other.
    """

    def rank(row: UserRow) -> tuple[bool, bytes, date]:
        return row.updated is None or row.updated <= as_of, row.file.encode(), row.updated or date.min

    newest: dict[str, UserRow] = {}
    for row in rows:
        exists = row.registered is None or row.registered <= as_of
        if exists and (row.user_id not in newest or rank(row) > rank(newest[row.user_id])):
            newest[row.user_id] = row
    return newest
